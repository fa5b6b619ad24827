"""Names of browsers, as their owners know them."""

# The first that is found counts: most name others beside themselves.
_PROGRAMS = {
    "Edg/": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "HeadlessChrome/": "Chrome",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def browser_name(user_agent: str) -> str | None:
    """Return the browser and the system that a User-Agent names, such as `Firefox on Linux`; None for others."""
    program = next((name for token, name in _PROGRAMS.items() if token in user_agent), None)
    system = next((name for token, name in _SYSTEMS.items() if token in user_agent), None)
    return f"{program} on {system}" if program and system else program
