"""The pod as its people use it: the one door for writing, for pages and commands alike.

Each area is an attribute with its own class: `pod.listings`, `pod.neighbours`, ... Below them
stand the keeper (records of any kind) and the tables of mutual aid; here the two meet.
Everything is saved when a call returns. For one thread; a running node notices what another
process does through its own Pod.
"""

import secrets
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from node.aid.agreements import Agreements
from node.aid.answers import Answers
from node.aid.behalf import Behalf
from node.aid.bundles import Bundles
from node.aid.card import Card
from node.aid.care import Care
from node.aid.crisis import Crisis
from node.aid.decisions import Decisions
from node.aid.devices import Devices
from node.aid.directory import Directory
from node.aid.exchange import Exchange
from node.aid.federation import Federation
from node.aid.for_you import ForYou
from node.aid.import_files import ImportFiles
from node.aid.imports import Imports
from node.aid.invites import Invites
from node.aid.join_requests import JoinRequests
from node.aid.letterbox import Letterbox
from node.aid.letters import Letters
from node.aid.listings import Listings
from node.aid.matching import Matching
from node.aid.meetups import Meetups
from node.aid.merging import Merging
from node.aid.people import People
from node.aid.people_imports import PeopleImports
from node.aid.phone_trees import PhoneTrees
from node.aid.roll_calls import RollCalls
from node.aid.setting_up import SettingUp
from node.aid.settings import Settings
from node.aid.sheets import Sheets
from node.aid.split import Splitting
from node.aid.steward_log import StewardLog
from node.aid.tidying import tidy_listings
from node.aid.touch import InTouch
from node.aid.versions import Versions
from node.aid.waiting import Waiting
from node.aid.ways import Ways
from node.aid.words import NoticesBoard, Outcomes, Readings
from node.aid.writing import forget_withdrawn, kept_here
from node.doubts import DoubtDesk
from node.keeper import Keeper, Surroundings
from node.neighbours import Authors, Neighbours
from node.pairing import PairingMode
from node.rekey import Theft, rekey
from protocol.aid import KINDS
from protocol.clock import Now
from protocol.identity import Certificate, PodId, PodKey
from protocol.kinds import KindTable
from store import aid, house, meta, notices
from store.notices import Notice

_PROJECTIONS: Final = (aid,)


class Pod:
    """One pod, open. Use it in a `with` block, or close it."""

    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper
        self.doubts = DoubtDesk(keeper)
        self.neighbours = Neighbours(keeper)
        self.authors = Authors(keeper)
        self.listings = Listings(keeper)
        self.card = Card(keeper)
        self.answers = Answers(keeper, self.listings)
        self.waiting = Waiting(keeper, self.listings)
        self.matching = Matching(keeper, self.listings, self.card)
        self.bundles = Bundles(keeper, self.card)
        self.directory = Directory(keeper)
        self.notices_board = NoticesBoard(keeper)
        self.readings = Readings(keeper)
        self.crisis = Crisis(keeper)
        self.outcomes = Outcomes(keeper)
        self.letters = Letters(keeper, self.card)
        self.exchange = Exchange(self.letters, self.answers)
        self.meetups = Meetups(keeper, self.letters)
        self.sheets = Sheets(keeper, self.listings)
        self.steward_log = StewardLog(keeper)
        self.phone_trees = PhoneTrees(keeper)
        self.people = People(keeper, self.steward_log, self.answers, self.phone_trees)
        self.behalf = Behalf(keeper, self.people, self.answers)
        self.letterbox = Letterbox(
            self.letters, self.exchange, self.meetups, self.people, self.steward_log
        )
        self.invites = Invites(keeper, self.people, self.steward_log)
        self.join_requests = JoinRequests(keeper, self.invites)
        self.pairing = PairingMode(keeper)
        self.federation = Federation(
            keeper, self.pairing, self.neighbours, self.authors, self.steward_log
        )
        self.care = Care(keeper, self.steward_log, self.phone_trees)
        self.ways = Ways(keeper)
        self.decisions = Decisions(keeper, self.people, self.steward_log)
        self.agreements = Agreements(keeper, self.steward_log)
        self.merging = Merging(
            keeper, self.people, self.listings, self.phone_trees, self.steward_log
        )
        self.for_you = ForYou(
            keeper, self.behalf, self.decisions, self.agreements, self.care, self.merging
        )
        self.roll_calls = RollCalls(keeper)
        self.devices = Devices(keeper, self.steward_log)
        self.touch = InTouch(keeper)
        self.settings = Settings(keeper, self.rename, self.steward_log)
        self.setting_up = SettingUp(keeper, self.people)
        self.splitting = Splitting(
            keeper, self.people, self.listings, self.phone_trees, self.steward_log
        )
        doors = (
            *(self.directory, self.meetups, self.notices_board, self.readings),
            *(self.crisis, self.outcomes),
        )
        people = PeopleImports(keeper, self.people, self.steward_log)
        self.imports = Imports(keeper, self.listings, doors, people)
        self.import_files = ImportFiles(keeper, self.imports, self.sheets)
        self.versions = Versions(keeper, self.listings, doors)
        self._prepare()

    # --- Open and close ---

    @classmethod
    def create(
        cls, data_dir: Path, *, name: str, seed: bytes, working_seed: bytes, now: Now
    ) -> Self:
        """Make a pod in data_dir and open it. seed: of the pod key; it is not kept.

        Raises UserError (conflict) if a pod is there, and StoreError.
        """
        pod_key = PodKey.from_seed(seed)
        Keeper.create(data_dir, name=name, pod_key=pod_key, working_seed=working_seed, now=now)
        return cls.open(data_dir)

    @classmethod
    def open(cls, data_dir: Path, *, as_node: bool = False) -> Self:
        """Open the pod in data_dir. as_node: see Surroundings. Raises StoreError."""
        around = Surroundings(kinds=KindTable(KINDS), projections=_PROJECTIONS, as_node=as_node)
        return cls(Keeper.open(data_dir, around))

    @staticmethod
    def rekey(data_dir: Path, pod_key: PodKey, now: Now, theft: Theft | None = None) -> Certificate:
        """Give the pod in data_dir a fresh working key; see node.rekey. Its node may run."""
        return rekey(
            data_dir,
            pod_key,
            now,
            random_bytes=secrets.token_bytes,
            projections=_PROJECTIONS,
            theft=theft,
        )

    def close(self) -> None:
        self.keeper.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _prepare(self) -> None:
        """Make the house's tables, and the board if it was made by other rules."""
        store = self.keeper.store
        if not house.is_prepared(store.connection):
            with store.atomic(self.now().wall_ms) as tx:
                house.prepare(tx)
        if not aid.is_current(store.connection):
            with store.atomic(self.now().wall_ms) as tx:
                aid.rebuild(tx.connection, kept_here(self.keeper, tx))

    def catch_up(self) -> None:
        """Take up what other processes wrote: for a Pod that stays open beside a node."""
        self.keeper.notices_others()

    def version(self) -> tuple[int, int]:
        """Return a value that changes when anything is written, by whatever process."""
        store = self.keeper.store
        return store.data_version(), store.connection.total_changes

    # --- What it is ---

    def now(self) -> Now:
        return self.keeper.now()

    @property
    def pod_id(self) -> PodId:
        return self.keeper.pod_id

    @property
    def name(self) -> str:
        return meta.get(self.keeper.store.connection, meta.NAME) or ""

    def rename(self, name: str) -> None:
        """Give the pod another name; neighbours hear it when they meet, others by the card."""
        was = self.name
        with self.keeper.store.atomic(self.now().wall_ms) as tx:
            meta.put(tx, meta.NAME, name)
        self.card.rename(was, name)

    def tidy(self) -> None:
        """Do what time asks for in what is kept here: forget, and apply the pod's own rule."""
        forget_withdrawn(self.keeper)
        tidy_listings(self.keeper, self.listings)
        with self.keeper.store.atomic(self.now().wall_ms) as tx:
            aid.settle(tx.connection)
        self.people.forget_whose()
        self.roll_calls.forget_old()
        self.meetups.forget_old()
        self.decisions.close_due()
        self.letters.tidy()
        self.devices.tidy()
        self.imports.tidy()
        self.join_requests.tidy()
        self.merging.tidy()

    # --- Notices ---

    def note_heard(self, heard: Iterable[Notice]) -> None:
        """Note that people know of these: they are not told again."""
        with self.keeper.store.atomic(self.now().wall_ms) as tx:
            for notice in heard:
                notices.forget(tx, notice.code, notice.pod_id)
