"""Settings of one request: how much it may bring, and how long it may last."""

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, NoDecode

from shared.kit.settings.forms import CommaSeparated


class RequestSettings(BaseSettings):
    """What one request may bring, and how long it may last."""

    max_body_bytes: int = Field(
        default=64 * 2**20, ge=1024, description="Two vectors of a few million labels; larger inputs are answered 413"
    )
    max_table_bytes: int = Field(
        default=8 * 2**20,
        ge=1024,
        description="A million samples in a form of the pages; its cells take forty times their bytes",
    )
    max_small_body_bytes: int = Field(
        default=256 * 1024,
        ge=1024,
        description="64 KiB of parameters in a client's escapes; the worst nesting is decoded in 5 ms",
    )
    body_budget_bytes: int = Field(
        default=64 * 2**20,
        ge=1024,
        description="Bodies that one api process holds at once: six times as much in memory is what a pod has",
    )
    body_timeout_s: float = Field(
        default=120, gt=0, description="A body of the largest size at 5 Mbit/s; slower senders only hold memory"
    )
    unknown_body_timeout_s: float = Field(
        default=10, gt=0, description="A small body over a bad line; nobody has said yet who sends it"
    )
    max_classes: int = Field(
        default=1000,
        ge=2,
        le=1000,
        description="The classes of ImageNet, whose counts are shown cell by cell; as counts they are 2 MB of a body",
    )
    max_matrix_classes: int = Field(
        default=5000,
        ge=2,
        le=5000,
        description="Classes of labels; the statistics of so many take a processor 1.3 s, more than a page waits for",
    )
    private_min_support: int = Field(
        default=20,
        ge=2,
        description="Metrics of fewer samples of a private dataset say much of the truth of each",
    )
    max_label_length: int = Field(default=500, ge=1, description="Longer labels are data in the wrong column")
    max_multilabel_cells: int = Field(
        default=5_000_000,
        ge=1,
        description="Samples times (classes + 10) of one multi-label request: about what its answer holds",
    )
    wait_limit_s: int = Field(
        default=25, ge=1, description="Proxies commonly cut a silent request at 30 s; a wait ends before that"
    )
    storage_deadline_s: float = Field(
        default=10, gt=0, description="A request waits no longer for S3: half of the time after which clients give up"
    )
    trusted_proxies: Annotated[list[IPv4Network | IPv6Network], NoDecode, CommaSeparated] = Field(
        default=[],
        description="Networks of the proxies in front: only their X-Forwarded-For and -Proto are believed",
    )
    always_tls: bool = Field(
        default=False,
        description="Browsers are told to use TLS only; also told where TLS is seen, by itself or by a trusted proxy",
    )
