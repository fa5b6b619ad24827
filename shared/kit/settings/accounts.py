"""Passwords, sessions, the administrator, and the plans of accounts."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode

from shared.kit.settings.forms import AsJson, CommaSeparated, Optional
from shared.kit.settings.plans import PLANS, QUOTAS, Plan, Quota, Quotas


class AccountSettings(BaseSettings):
    """Passwords, sessions, the administrator, and the plans of accounts."""

    min_password_length: int = Field(default=6, ge=1, description="The shortest password that old clients send has 7")
    sign_up: Literal["open", "domains", "closed"] = Field(
        default="open",
        description="Who may sign up: everybody, e-mail addresses of SIGN_UP_DOMAINS, or only who has an invitation",
    )
    sign_up_domains: Annotated[list[str], NoDecode, CommaSeparated] = Field(
        default=[], description="Domains whose addresses may sign up without an invitation if SIGN_UP is domains"
    )
    sign_ups_per_hour: int = Field(
        default=100, ge=1, description="Sign-ups from one address, all at once or over an hour: a course behind a proxy"
    )
    sign_in_delay_s: float = Field(
        default=5,
        ge=0,
        description="Wait of a sign-in from an unknown browser and address once many failed: bearable, slow to guess",
    )
    password_queue: int = Field(
        default=50, ge=1, description="Passwords that one process hashes or lets wait: about a second's; more get 503"
    )
    audit_retention_days: int = Field(
        default=365,
        ge=1,
        description="Break-ins are found months later; also how long addresses of an account are known",
    )
    audit_events_per_hour: int = Field(
        default=100,
        ge=1,
        description="Written failures from one address, and sign-ins of one account: more of a guesser's fill the disk",
    )
    session_lifetime_hours: int = Field(
        default=7 * 24, ge=1, description="Signing in once a week is bearable; a browser left open is open no longer"
    )
    key_retention_days: int = Field(
        default=90, ge=1, description="Revoked and expired keys are listed this long, to find who still uses one"
    )
    account_deletion_days: int = Field(
        default=7,
        ge=0,
        description="Until an account that its owner has left is deleted: who errs is back within a week",
    )
    proxy_shared_secret: Annotated[SecretStr | None, Optional] = Field(
        default=None,
        description="Secret that a proxy sends as X-Proxy-Secret, so that its X-User-Email is trusted; unset, none is",
    )
    pycm_api_admin: str | None = None
    pycm_api_admin_password: SecretStr | None = None
    plans: Annotated[dict[str, Plan], NoDecode, AsJson] = Field(
        default=PLANS,
        description="As JSON: calls a month and a second that an account may make, all its keys together, and quotas",
    )
    quotas: Annotated[Quotas, NoDecode, AsJson] = Field(
        default=QUOTAS,
        description="As JSON: quotas of accounts whose plan says nothing else; a client that needs more is in a loop",
    )
    default_plan: str = Field(
        default="unlimited",
        description="The plan of accounts without one; most services are used by their operators alone",
    )

    def plan_of(self, name: str | None) -> tuple[str, Plan]:
        """Return the name and limits of a plan; the default one for None, or for a plan that no longer exists."""
        plan_name = name if name is not None and name in self.plans else self.default_plan
        return plan_name, self.plans[plan_name]

    def quota_of(self, name: str | None, quota: Quota) -> int | None:
        """Return the limit of a quota under a plan; None for no limit."""
        _, plan = self.plan_of(name)
        return plan.quotas.get(quota, self.quotas.get(quota))

    @model_validator(mode="after")
    def _check_default_plan(self) -> "AccountSettings":
        if self.default_plan not in self.plans:
            raise ValueError(f"DEFAULT_PLAN must be one of PLANS: {', '.join(self.plans)}")
        return self

    @model_validator(mode="after")
    def _check_domains(self) -> "AccountSettings":
        if self.sign_up == "domains" and not self.sign_up_domains:
            raise ValueError("SIGN_UP=domains needs SIGN_UP_DOMAINS, such as example.com,example.org")
        return self
