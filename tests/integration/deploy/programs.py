"""The programs of an operator."""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.local.datadir import DataDir
from deploy.local.forking import Nursery
from deploy.local.process import Process
from tests.actors import ROOT

PROGRAM_S = 300.0


@dataclass
class Programs:
    """Runs programs to their end, forked as the service's own are: loading all of it takes each two seconds."""

    nursery: Nursery
    data: DataDir

    def run(self, environment: dict[str, str], *command: str) -> str:
        """Run `python -m` with these words, which has to succeed, and return what it printed."""
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | environment
        words = [sys.executable, "-m", *command]
        program = Process(command[0], words, data=self.data, environment=inherited, folder=ROOT, nursery=self.nursery)
        program.log.unlink(missing_ok=True)
        program.spawn()
        assert program.wait(PROGRAM_S), program.tail()
        assert program.exit_code == 0, program.tail(20)
        return program.log.read_text()

    async def backup(self, environment: dict[str, str], *words: str) -> str:
        """Run `python -m deploy.backup`."""
        return await asyncio.to_thread(self.run, environment, "deploy.backup", *words)

    async def save(self, environment: dict[str, str], folder: Path) -> str:
        """Back up what the environment leads to."""
        return await self.backup(environment, "save", str(folder))
