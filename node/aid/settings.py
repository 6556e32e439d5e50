"""`pod.settings`: what stewards set about the pod and its machine on pages.

Commands set all there is. On a page stands what people understand and cannot lock themselves out
with: no port, no log, and not the pages themselves.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from node.aid.steward_log import StewardLog
from node.config import CONFIG_FILE, Config, load_config
from node.keeper import Keeper
from node.pod_name import checked_name
from node.settings_file import change_setting, check_setting
from protocol.aid.house.rights import Right, Viewer, require
from protocol.errors import UserError
from store import meta

ON_PAGES: Final = ("mdns", "web_https", "web_names", "addresses")
"""Settings that a page may change, in this order."""


class Settings:
    """What stewards set. rename: gives the pod another name, everywhere."""

    def __init__(self, keeper: Keeper, rename: Callable[[str], None], log: StewardLog) -> None:
        self._keeper = keeper
        self._rename = rename
        self._log = log

    @property
    def _path(self) -> Path:
        return self._keeper.folder / CONFIG_FILE

    def now(self, viewer: Viewer) -> Config:
        """Return the settings as the file has them; the node takes them up when it starts."""
        require(viewer, Right.RUN_MACHINE)
        return load_config(self._path)

    def change(self, viewer: Viewer, name: str, text: str) -> bool:
        """Set one of ON_PAGES as people type it; False if it was so already.

        Raises UserError (not_found, invalid, not_allowed) and ConfigError.
        """
        require(viewer, Right.RUN_MACHINE)
        if name not in ON_PAGES:
            raise UserError("not_found", "There is no such setting.", "See: pod config show")
        before: Any = getattr(load_config(self._path), name)
        change_setting(self._path, name, text)
        if getattr(load_config(self._path), name) == before:
            return False
        self._note(viewer, "setting_changed", name)
        return True

    def change_all(self, viewer: Viewer, given: Mapping[str, str], name: str | None) -> None:
        """Set several, and the pod's name if one is given: none if one of them cannot be.

        Raises as change and rename.
        """
        require(viewer, Right.RUN_MACHINE)
        name = None if name is None else checked_name(name)
        for setting, text in given.items():
            check_setting(setting, text)
        for setting, text in given.items():
            self.change(viewer, setting, text)
        if name is not None:
            self.rename(viewer, name)

    def rename(self, viewer: Viewer, name: str) -> None:
        """Give the pod another name. Raises UserError (invalid, not_allowed)."""
        require(viewer, Right.RUN_MACHINE)
        name = checked_name(name)
        if name != meta.get(self._keeper.store.connection, meta.NAME):
            self._rename(name)
            self._note(viewer, "pod_renamed", name)

    def note_card(self, viewer: Viewer) -> None:
        """Note that the pod's card was written."""
        require(viewer, Right.RUN_MACHINE)
        self._note(viewer, "card_written", "")

    def _note(self, viewer: Viewer, what: str, note: str) -> None:
        with self._keeper.store.atomic(self._keeper.now().wall_ms) as tx:
            self._log.note_in(tx, viewer, what, note=note)
