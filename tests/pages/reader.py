"""A user who reads the pages in a browser; records dialogs, console messages, requests and answers."""

from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import ConsoleMessage, Dialog, Page, Request, Response

from tests.actors import Client

# The variable that a payload sets if it runs.
MARKER = "evalserveWasHere"


@dataclass
class Reader:
    """A browser's page and the account that it is signed in to."""

    page: Page
    client: Client
    dialogs: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin to record."""
        self.page.on("dialog", self._dialog)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._request)
        self.page.on("response", self._response)

    async def sign_in(self) -> None:
        """Sign in by the form."""
        await self.page.goto("/app/sign-in")
        await self.page.get_by_label("E-mail address").fill(self.client.email)
        await self.page.get_by_label("Password").fill(self.client.password)
        await self.page.get_by_role("button", name="Sign in").click()
        await self.page.get_by_role("heading", name="Overview").wait_for()

    async def open(self, path: str, status: int = 200) -> None:
        """Go to a page and let it come to rest."""
        answer = await self.page.goto(path)
        assert answer is not None
        assert answer.status == status, (path, answer.status, await answer.text())
        await self.page.wait_for_load_state("networkidle")

    async def was_fooled(self) -> bool:
        """Return whether a foreign script ran on the page."""
        return bool(await self.page.evaluate(f"'{MARKER}' in window"))

    def outside(self, site: str) -> list[str]:
        """Return the requests to other hosts."""
        return [url for url in self.requests if not url.startswith((site + "/", "data:", "about:"))]

    async def violations(self, axe: str, *rules: str) -> list[str]:
        """Return the violations of these rules, or of all, that the accessibility checker calls serious or critical."""
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(axe)
        # Passed checks are a thousand times as many, and are not transferred.
        how: dict[str, Any] = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
        ask = "how => axe.run(how).then(found => found.violations)"
        violations: list[dict[str, Any]] = await self.page.evaluate(ask, how)
        return [
            f"{violation['id']}: {node['target']} {node['html'][:150]}"
            for violation in violations
            if violation["impact"] in {"serious", "critical"}
            for node in violation["nodes"]
        ]

    async def _dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        await dialog.accept()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)

    def _response(self, response: Response) -> None:
        self.answers[response.url] = response.status
