import pytest
from pydantic import ValidationError

from shared.kit.settings import Settings


def test_an_error_names_the_setting_and_never_its_value() -> None:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({"secret_key": "hunter2", "s3_access_key_id": "letmein"})

    assert "secret_key" in str(caught.value)
    assert [value for value in ("hunter2", "letmein") if value in str(caught.value)] == []
