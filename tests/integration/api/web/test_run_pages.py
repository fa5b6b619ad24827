"""Somebody at a browser brings a file, answers what it leaves open, and reads the results sample by sample."""

import html
import re
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from litestar import Litestar

from tests.actors import Client
from tests.integration.api.web.visitor import Visitor

HOSTILE = "<b>spam"

# Of spam 8 of 10 are caught, of ham 9 of 10; each row has a score of spam and a country.
ROWS = [
    *((f"s{i}", HOSTILE, HOSTILE if i < 8 else "ham", 0.9 if i < 8 else 0.3, "DE") for i in range(10)),
    *((f"h{i}", "ham", "ham" if i < 9 else HOSTILE, 0.1 if i < 9 else 0.6, "FR") for i in range(10)),
]
TABLE = "\n".join(["id,truth,prediction,score_" + HOSTILE + ",country", *(",".join(map(str, row)) for row in ROWS)])


@pytest.fixture
async def visitor(app: Litestar, alice: Client) -> Visitor:
    """Alice at her browser."""
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)
    return visitor


async def created(visitor: Visitor, alice: Client, text: str = TABLE, **fields: str) -> str:
    """The page of a run that was made with the form, once its file was read."""
    answer = await visitor.send("/app/runs/new", "/app/runs/new", text=text, **fields)
    assert answer.status_code == 303, answer.text
    page = answer.headers["location"]
    run_id = page.rpartition("/")[2]
    await alice.ended(f"/v1/runs/{run_id}")
    return str(page)


def cells(page: str) -> list[str]:
    """The texts of the cells of tables, without marks."""
    found = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", page, re.DOTALL)
    return [html.unescape(" ".join(re.sub(r"<[^>]*>", " ", cell).split())) for cell in found]


@pytest.mark.usefixtures("workers")
async def test_a_pasted_table_becomes_a_page_with_metrics_of_the_positive_class_and_their_intervals(
    visitor: Visitor, alice: Client
) -> None:
    page = (await visitor.get(await created(visitor, alice, name="v1", positive=HOSTILE))).text

    tiles = re.findall(r"<b>(.*?)</b><span>(.*?)</span>\s*(?:<small>(.*?)</small>)?", page)
    assert [(value, re.sub(r"<[^>]*>", "", title)) for value, title, _ in tiles] == [
        ("0.8500", "Accuracy"),
        ("0.8889", "Precision of &lt;b&gt;spam"),
        ("0.8000", "Recall of &lt;b&gt;spam"),
        ("0.8421", "F1 score of &lt;b&gt;spam"),
        ("0.9800", "ROC AUC of &lt;b&gt;spam"),
        ("20", "samples"),
    ]
    assert tiles[0][2] == "95 %: 0.6396 to 0.9476"
    assert HOSTILE not in page


@pytest.mark.usefixtures("workers")
async def test_a_cell_leads_to_its_samples_and_the_errors_come_with_the_most_confident_first(
    visitor: Visitor, alice: Client
) -> None:
    base = await created(visitor, alice, positive=HOSTILE)

    spam, ham = sorted([HOSTILE, "ham"]).index(HOSTILE), sorted([HOSTILE, "ham"]).index("ham")
    missed = (await visitor.get(f"{base}/samples?row={spam}&column={ham}")).text
    errors = (await visitor.get(f"{base}/samples")).text

    assert cells(missed)[3:] == ["s8", "0.7000", "DE", "s9", "0.7000", "DE"]
    assert cells(errors)[5::5] == ["s8", "s9", "h9"]


@pytest.mark.usefixtures("workers")
async def test_a_threshold_and_a_slice_hold_for_the_metrics_the_matrix_and_the_samples(
    visitor: Visitor, alice: Client
) -> None:
    base = await created(visitor, alice, positive=HOSTILE)

    page = (await visitor.get(f"{base}?threshold=0.65&slice=country%3AFR")).text
    none = (await visitor.get(f"{base}/samples?threshold=0.65&slice=country%3AFR")).text
    refused = await visitor.get(f"{base}?threshold=high")

    assert "<b>1</b><span>Accuracy</span>" in page
    assert "<b>10</b><span>samples</span>" in page
    assert "threshold=0.65&amp;slice=country%3AFR" in page
    assert "No samples." in none
    assert (refused.status_code, "write a finite number" in refused.text) == (400, True)


@pytest.mark.usefixtures("workers")
async def test_curves_calibration_and_slices_are_parts_of_the_page(visitor: Visitor, alice: Client) -> None:
    base = await created(visitor, alice, positive=HOSTILE)

    curves = (await visitor.get(f"{base}/curves", **{"HX-Request": "true"})).text
    slices = (await visitor.get(f"{base}/slices?by=country")).text

    assert re.search(r"Area 0\.9800 \(0\.\d{4} to 0\.9\d{3}\); 10 positive and 10 negative samples", curves)
    assert "<html" not in curves
    assert cells(slices)[6:] == [
        *("country", "DE", "10", "2", "0.8000 0.4902 to 0.9433", ""),
        *("country", "FR", "10", "1", "0.9000 0.5958 to 0.9821", ""),
    ]
    assert f'href="{base}?slice=country%3ADE"' in slices


@pytest.mark.usefixtures("workers")
async def test_what_a_file_leaves_open_is_asked_and_the_answer_makes_the_run_ready(
    visitor: Visitor, alice: Client
) -> None:
    base = await created(visitor, alice, "first,second\ncat,cat\ndog,cat\ncat,cat\n")
    asked = (await visitor.get(base)).text

    named = {"column": ["first", "second"], "role": ["truth", "prediction"], "class": ["", ""]}
    answer = await visitor.send(f"{base}/columns", base, header="yes", **named)
    await alice.ended(base.replace("/app/", "/v1/"))
    page = (await visitor.get(base)).text

    assert "Nothing says for certain that the first row is a header" in asked
    assert re.findall(r'<option value="([^"]*)" selected', asked) == []
    assert answer.headers["location"] == base
    assert "<b>0.6667</b><span>Accuracy</span>" in page


def roles(page: str) -> dict[str, tuple[str, str]]:
    """What each column of the form was taken for, and what is chosen for it."""
    columns = re.findall(r'name="column" value="([^"]*)"', page)
    detected = re.findall(r'name="detected" value="([^"]*)"', page)
    selects = re.findall(r'<select name="role".*?</select>', page, re.DOTALL)
    chosen = [(re.findall(r'<option value="(\w+)" selected', select) or [""])[0] for select in selects]
    return {html.unescape(name): (was, now) for name, was, now in zip(columns, detected, chosen, strict=True)}


@pytest.mark.usefixtures("workers")
async def test_the_first_rows_and_their_columns_are_shown_and_changed_before_anything_is_counted(
    visitor: Visitor, alice: Client
) -> None:
    base = await created(visitor, alice, positive=HOSTILE, review="yes")
    found = {
        "id": ("id", ""),
        "truth": ("truth", ""),
        "prediction": ("prediction", ""),
        f"score_{HOSTILE}": ("score", ""),
        "country": ("slice", ""),
    }

    shown = (await visitor.get(base)).text
    changed = {"column": [*found], "detected": [role for role, _ in found.values()], "class": [""] * 5}
    again = await visitor.send(f"{base}/columns", base, review="yes", role=["", "", "", "", "text"], **changed)
    await alice.ended(base.replace("/app/", "/v1/"))
    second = (await visitor.get(base)).text
    counted = await visitor.send(f"{base}/columns", base, role=["", "", "", "", "text"], **changed)
    await alice.ended(base.replace("/app/", "/v1/"))
    page = (await visitor.get(base)).text

    assert "Nothing is counted yet." in shown
    assert roles(shown) == found
    table = cells(shown)
    assert table[:5] == [*found]
    assert table[15:20] == ["s0", HOSTILE, HOSTILE, "0.9", "DE"]
    assert table[-6:] == [HOSTILE, "10", "9", "ham", "10", "11"]
    assert HOSTILE not in shown
    assert (again.status_code, roles(second)["country"]) == (303, ("text", "text"))
    assert counted.status_code == 303
    assert "<b>0.8500</b><span>Accuracy</span>" in page
    assert (await alice.get(f"{base.replace('/app/', '/v1/')}/slices")).json()["columns"] == []


@pytest.mark.usefixtures("workers")
async def test_a_first_row_that_is_no_header_can_be_said_to_be_one_with_the_roles_of_its_columns(
    visitor: Visitor, alice: Client
) -> None:
    base = await created(visitor, alice, "0,1\n0,1\n1,1\n0,0\n")
    asked = (await visitor.get(base)).text
    named = {"column": ["c0", "c1"], "role": ["truth", "prediction"], "class": ["", ""]}

    await visitor.send(f"{base}/columns", base, header="yes", **named)
    run = await alice.ended(base.replace("/app/", "/v1/"))
    twice = await visitor.send(f"{base}/columns", base, **{**named, "role": ["truth", "truth"]})
    cut = await visitor.send(f"{base}/columns", base, **{**named, "role": ["truth"]})
    nameless = await visitor.send(f"{base}/columns", base, **{**named, "role": ["truth", "score"]})

    assert [*roles(asked)] == ["c0", "c1"]
    assert (run["status"], run["rows"], [column["column"] for column in run["columns"]]) == ("ready", 3, ["0", "1"])
    assert (twice.status_code, "are both chosen as actual label" in twice.text) == (400, True)
    assert (cut.status_code, "send a role and a class for each column" in cut.text) == (400, True)
    assert (nameless.status_code, "say which class the scores in “c1” are of" in nameless.text) == (400, True)


@pytest.mark.usefixtures("workers")
async def test_a_file_that_cannot_be_read_shows_where_and_keeps_the_run(visitor: Visitor, alice: Client) -> None:
    base = await created(visitor, alice, "PAR1 and nothing else")

    page = (await visitor.get(base)).text

    assert 'class="badge failed"' in page
    assert "Read the file again" in page


async def test_a_form_without_a_file_says_what_to_send_and_keeps_what_was_typed(visitor: Visitor) -> None:
    answer = await visitor.send("/app/runs/new", "/app/runs/new", name="v1")

    assert answer.status_code == 400
    assert "Choose a file, or paste a table" in answer.text
    assert 'name="name" maxlength="200" value="v1"' in answer.text


@pytest.mark.usefixtures("workers")
async def test_the_details_change_and_a_class_that_the_run_lacks_is_refused(visitor: Visitor, alice: Client) -> None:
    base = await created(visitor, alice)

    saved = await visitor.send(f"{base}/describe", base, name="v2", tags="main, nightly", positive="ham")
    refused = await visitor.send(f"{base}/describe", base, positive="eggs")
    page = (await visitor.get(base)).text
    listed = (await visitor.get("/app/runs?tag=nightly")).text

    assert saved.headers["location"] == f"{base}?notice=saved"
    assert (refused.status_code, "not a class of the run" in refused.text) == (400, True)
    assert "Recall of <bdi>ham</bdi>" in page
    assert f'<a href="{base}"><bdi>v2</bdi></a>' in listed


@pytest.mark.usefixtures("workers")
async def test_of_two_forms_that_were_open_the_second_is_told_before_it_replaces(
    visitor: Visitor, alice: Client
) -> None:
    base = await created(visitor, alice)
    (seen,) = re.findall(r'name="seen" value="(\w+)"', (await visitor.get(base)).text)

    first = await visitor.send(f"{base}/describe", base, seen=seen, name="first", tags="kept")
    second = await visitor.send(f"{base}/describe", base, seen=seen, name="second")
    (newer,) = re.findall(r'name="seen" value="(\w+)"', second.text)
    kept = (await alice.get(base.replace("/app/", "/v1/"))).json()
    again = await visitor.send(f"{base}/describe", base, seen=newer, name="second")

    assert (first.status_code, second.status_code, again.status_code) == (303, 400, 303)
    assert "somebody saved other details after you opened this form" in second.text
    # What was typed is still there.
    assert 'value="second"' in second.text
    assert (kept["name"], kept["tags"]) == ("first", ["kept"])
    assert (await alice.get(base.replace("/app/", "/v1/"))).json()["name"] == "second"


@pytest.mark.usefixtures("workers")
async def test_two_selected_runs_are_compared_and_the_verdict_comes_first(visitor: Visitor, alice: Client) -> None:
    first = (await created(visitor, alice, name="old")).rpartition("/")[2]
    better = TABLE.replace(f"s8,{HOSTILE},ham,0.3", f"s8,{HOSTILE},{HOSTILE},0.8")
    second = (await created(visitor, alice, better, name="new")).rpartition("/")[2]

    form = (await visitor.get(f"/app/comparisons/new?run={second}&run={first}")).text
    made = await visitor.send("/app/comparisons/new", "/app/comparisons/new", baseline=first, candidate=second)
    page_address = made.headers["location"]
    await alice.ended(page_address.replace("/app/", "/v1/"))
    page = (await visitor.get(page_address)).text
    fixed = (await visitor.get(f"{page_address}/flips?kind=fixed")).text
    one = await visitor.get(f"/app/comparisons/new?run={first}")

    assert re.findall(r'<option value="([^"]+)" selected', form) == [first, second]
    assert "<h1>No difference shown</h1>" in page
    assert f'<a href="/app/runs/{second}"><bdi>new</bdi></a>' in page
    assert cells(fixed)[4:] == ["s8", HOSTILE, "ham 0.7000", f"{HOSTILE} 0.8000"]
    assert (one.status_code, "Select two runs" in one.text) == (400, True)


@pytest.mark.usefixtures("workers")
async def test_neither_run_nor_comparison_is_shown_to_another_account(
    app: Litestar, visitor: Visitor, alice: Client, mallory: Client
) -> None:
    base = await created(visitor, alice)
    run_id = base.rpartition("/")[2]
    made = await visitor.send("/app/comparisons/new", "/app/comparisons/new", baseline=run_id, candidate=run_id)
    comparison = made.headers["location"]
    other = Visitor.of(app)
    await other.sign_in(mallory)

    read = [await other.get(f"{base}{part}") for part in ("", "/columns", "/samples", "/curves", "/slices")]
    read += [await other.get(comparison), await other.get(f"{comparison}/flips")]
    sent = [
        await other.send(address, "/app/runs/new", baseline=run_id, candidate=run_id)
        for address in (f"{base}/delete", f"{base}/describe", f"{base}/columns", f"{comparison}/delete")
    ]

    assert [answer.status_code for answer in (*read, *sent)] == [404] * 11
    assert (await visitor.get(base)).status_code == 200


@pytest.mark.usefixtures("workers")
async def test_a_run_of_flags_shows_its_accuracy_slices_and_errors_without_a_matrix(
    visitor: Visitor, alice: Client
) -> None:
    base = await created(visitor, alice, "doc_id,subject,correct\nq1,law,True\nq2,law,False\nq3,art,True\n")

    page = (await visitor.get(base)).text
    errors = (await visitor.get(f"{base}/samples")).text
    cell = await visitor.get(f"{base}/samples?row=0&column=1")
    slices = (await visitor.get(f"{base}/slices")).text

    tiles = re.findall(r"<b>(.*?)</b><span>(.*?)</span>", page)
    assert tiles == [("0.6667", "Accuracy"), ("0.3333", "Error rate"), ("3", "samples")]
    assert "Confusion matrix" not in page
    assert "The file says only whether each sample is right" in page
    assert ">All errors</a>" in page
    assert cells(errors) == ["Id", "subject", "q2", "law"]
    assert cell.status_code == 409
    assert "Accuracy of the samples that have a value in a column" in slices
    assert "No slice has at least 10 samples" in slices


@pytest.mark.usefixtures("workers")
async def test_a_run_of_label_sets_shows_its_averages_labels_and_errors(visitor: Visitor, alice: Client) -> None:
    text = "sample_id,y_true,y_pred\\na,\"['x', 'y']\",\"['x', 'y']\"\\nb,['x'],['y']\\n".replace("\\n", "\n")
    base = await created(visitor, alice, text)

    page = (await visitor.get(base)).text
    errors = (await visitor.get(f"{base}/samples")).text

    tiles = re.findall(r"<b>(.*?)</b><span>(.*?)</span>", page)
    assert tiles[:2] == [("0.5000", "Subset accuracy"), ("0.6667", "F1 (micro)")]
    assert "Each sample has any number of labels, so there is no matrix." in page
    assert cells(page)[8:11] == ["x", "2", "1"]
    assert cells(errors) == ["Id", "Actual", "Predicted", "b", '["x"]', '["y"]']


@pytest.mark.usefixtures("workers")
async def test_the_slices_of_label_sets_are_said_to_be_of_their_subset_accuracy(
    visitor: Visitor, alice: Client
) -> None:
    rows = [f"{at},['x'],['{'xy'[at % 2]}'],web" for at in range(10)]
    base = await created(visitor, alice, "\n".join(["sample_id,y_true,y_pred,source", *rows, ""]))

    page = (await visitor.get(base)).text
    slices = (await visitor.get(f"{base}/slices")).text

    assert ">All errors</a>" in page
    assert "Subset accuracy of the samples that have a value in a column" in slices
    assert re.findall(r'<th scope="col"[^>]*>(.*?)</th>', slices)[4] == "Subset accuracy"
    assert cells(slices)[-5:-2] == ["web", "10", "5"]


@pytest.mark.usefixtures("workers")
async def test_the_classes_are_sorted_by_a_column_and_the_undefined_come_last(visitor: Visitor, alice: Client) -> None:
    # Recall: a 1/2, b 1, c 0; nothing is predicted as c, so its precision is undefined.
    table = "truth,prediction\na,a\na,b\nb,b\nb,b\nb,b\nc,a"
    base = await created(visitor, alice, table)

    async def names(query: str) -> list[str]:
        page = (await visitor.get(f"{base}?{query}")).text
        return re.findall(r'<th scope="row" class="name"><bdi>(.)</bdi>', page)

    assert await names("") == ["a", "b", "c"]
    assert await names("sort=recall") == ["b", "a", "c"]
    assert await names("sort=recall&direction=up") == ["c", "a", "b"]
    assert await names("sort=precision&direction=up") == ["a", "b", "c"]
    assert await names("sort=predicted") == ["b", "a", "c"]
    assert await names("sort=support") == ["b", "a", "c"]
    sorted_page = " ".join((await visitor.get(f"{base}?sort=recall")).text.split())
    assert f'<a href="{base}?sort=recall&amp;direction=up#classes" data-decides>Recall ↓</a>' in " ".join(
        sorted_page.split()
    )
    assert sorted_page.count("aria-sort") == 1
    assert (await visitor.get(f"{base}?sort=nothing")).status_code == 400


@pytest.mark.usefixtures("workers")
async def test_every_form_and_link_of_a_run_carries_along_what_its_address_says(
    visitor: Visitor, alice: Client
) -> None:
    base = await created(visitor, alice, positive=HOSTILE)
    chosen = {"class": "ham", "threshold": "0.45", "slice": "country:DE", "sort": "recall", "direction": "up"}
    query = urlencode(chosen)

    def own(address: str) -> set[str]:
        return set(dict(parse_qsl(urlsplit(html.unescape(address)).query)))

    missing = {}
    for part in ("", "/curves", "/slices", "/samples"):
        page = (await visitor.get(f"{base}{part}?{query}")).text
        main = page[page.index("<main") :]
        for form in re.findall(rf'<form[^>]*action="{base}.*?</form>', main, re.DOTALL):
            names = set(re.findall(r'name="([a-z_]+)"', form)) | own(re.findall(r'action="([^"]*)"', form)[0])
            if "/threshold" in form or "/delete" in form:
                names |= {"threshold"} if "/threshold" in form else set(chosen)
            missing[form[:120]] = set(chosen) - names
        for link in re.findall(rf'(?:href|hx-get)="({base}[^"]*)"', main):
            leaves = {"slice"} if link == f"{base}?{html.escape(urlencode({**chosen, 'slice': ''}))}" else set()
            missing[link] = set(chosen) - own(link) - leaves

    left = {where: names for where, names in missing.items() if names}
    # One slice is taken away, all of them are, and three links are of the run itself.
    assert left == {
        f"{base}?class=ham&amp;threshold=0.45&amp;sort=recall&amp;direction=up": {"slice"},
        f"{base}?sort=recall&amp;direction=up": {"class", "threshold", "slice"},
        f"{base}/report": set(chosen),
        f"{base}/columns": set(chosen),
    }
