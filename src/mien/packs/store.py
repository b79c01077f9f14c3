"""Where model packs come from on this machine, and the rules for fetching them."""

from dataclasses import dataclass
from pathlib import Path

from mien.options import RuntimeChoice
from mien.packs.calibration import Calibration
from mien.packs.calibration import find_calibration
from mien.packs.catalog import find_pack
from mien.packs.choose import PackChoice
from mien.packs.choose import choose
from mien.packs.install import fetch
from mien.packs.install import install
from mien.packs.install import require_runtime
from mien.packs.manifest import InstalledPack
from mien.packs.manifest import Manifest
from mien.progress import OnProgress
from mien.progress import silent


@dataclass(frozen=True, slots=True)
class PackStore:
    """The cache of model files and what an operator has said about filling it.

    Attributes:
        models_dir: the cache.
        offline: never fetch.
        timeout_seconds: how long a source may take to answer before the next is tried.
        runtime: the inference library that the operator has set.
        wanted: the pack of a new installation, or `auto`.
        folder: where files that are missing are taken from, instead of from their sources.
    """

    models_dir: Path
    offline: bool = False
    timeout_seconds: float = 5.0
    runtime: RuntimeChoice = "auto"
    wanted: str = "auto"
    folder: Path | None = None

    def find(self, name: str) -> Manifest:
        """The manifest of this name.

        Raises:
            PackNotFound: there is none.
            PackInvalid: it breaks a rule.
        """
        return find_pack(name, models_dir=self.models_dir)

    def calibration(self, manifest: Manifest) -> Calibration | None:
        """How often similarities of a pack mislead; None when that has not been measured.

        Raises:
            PackInvalid: the operator's own calibration breaks a rule.
        """
        return find_calibration(
            manifest.name, contract_id=manifest.contract_id, models_dir=self.models_dir
        )

    def install(
        self, name: str, *, progress: OnProgress = silent, offline: bool | None = None
    ) -> InstalledPack:
        """Make a pack ready to run; what is there already costs nothing.

        Args:
            name: of the pack.
            progress: told what happens.
            offline: overrides the operator's word, to use only what is there.

        Raises:
            ModelError: there is no such pack, or its files cannot be had or run.
        """
        manifest = self.find(name)
        require_runtime(manifest, runtime=self.runtime)
        return install(
            manifest,
            models_dir=self.models_dir,
            offline=self.offline if offline is None else offline,
            timeout_seconds=self.timeout_seconds,
            progress=progress,
            # Whoever wants only what is here looks nowhere else.
            folder=None if offline else self.folder,
        )

    def fetch(self, manifest: Manifest, *, progress: OnProgress = silent) -> None:
        """Have the files of a pack here as they are published, to hand them on.

        Raises:
            ModelError: they cannot be had.
        """
        fetch(
            manifest,
            models_dir=self.models_dir,
            offline=self.offline,
            timeout_seconds=self.timeout_seconds,
            progress=progress,
            folder=self.folder,
        )

    def choose_first(self, *, progress: OnProgress = silent) -> PackChoice:
        """Take the pack of a new installation: the one that is wanted, or the best there is.

        Raises:
            ModelError: it cannot be had.
        """
        if self.wanted != "auto":
            return PackChoice(self.install(self.wanted, progress=progress), passed_over=())
        return choose(
            models_dir=self.models_dir,
            offline=self.offline,
            timeout_seconds=self.timeout_seconds,
            runtime=self.runtime,
            progress=progress,
            folder=self.folder,
        )
