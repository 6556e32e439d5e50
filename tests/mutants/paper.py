"""Mutants of what keeps paper to what people agreed to, and a made-up street to itself."""

from typing import Final

from tests.mutants import Mutant

SHEETS: Final = "tests/paper/test_sheets.py"
NOTHING_PRIVATE: Final = f"{SHEETS}::test_nothing_private_is_on_paper"
PEOPLE: Final = "node/paper/people.py"

MUTANTS: Final = (
    Mutant(
        "paper: a board for a wall has all listings",
        "node/paper/board.py",
        "query = BoardQuery() if options.inside else BoardQuery(audience=Audience.NETWORK)",
        "query = BoardQuery()",
        (f"{SHEETS}::test_a_board_for_a_wall_has_only_what_is_for_everybody",),
    ),
    Mutant(
        "paper: a directory for a wall has all resources",
        "node/paper/directory.py",
        "audience = None if job.options.inside else Audience.NETWORK",
        "audience = None",
        (f"{SHEETS}::test_a_directory_for_a_wall_has_only_what_is_for_everybody",),
    ),
    Mutant(
        "paper: a poster for a wall tells of any meetup",
        "node/paper/meetup.py",
        "if item.audience is not Audience.NETWORK and not job.options.inside:",
        "if False:",
        (f"{SHEETS}::test_a_meetup_for_the_pod_alone_is_on_no_wall",),
    ),
    Mutant(
        "paper: who agreed to nothing is named",
        PEOPLE,
        "shown = [it for it in everybody if it.contacts]",
        "shown = everybody",
        (NOTHING_PRIVATE,),
    ),
    Mutant(
        "paper: contacts are printed that are for screens",
        PEOPLE,
        "everybody = job.pod.people.printed(job.viewer)",
        "everybody = job.pod.people.members(job.viewer)",
        (NOTHING_PRIVATE,),
    ),
    Mutant(
        "paper: the phone tree names who agreed to nothing",
        PEOPLE,
        'name=member.name if member.contacts else "",',
        "name=member.name,",
        (NOTHING_PRIVATE,),
    ),
    Mutant(
        "paper: the phone tree is that of screens",
        PEOPLE,
        "job.pod.phone_trees.tree(job.viewer, on_paper=True)",
        "job.pod.phone_trees.tree(job.viewer)",
        (NOTHING_PRIVATE,),
    ),
    Mutant(
        "paper: anybody prints anything",
        "node/paper/sheets.py",
        "require(job.viewer, sheet.right)",
        "pass",
        (f"{SHEETS}::test_a_stranger_prints_blank_forms_and_nothing_else",),
    ),
    Mutant(
        "paper: a pod's name is put into the style as it is",
        "node/paper/frame.py",
        'safe = re.sub(r"[^A-Za-z0-9 .,-]", lambda found: f"\\\\{ord(found[0]):x} ", text)',
        "safe = text",
        (f"{SHEETS}::test_no_name_breaks_out_of_the_style",),
    ),
    Mutant(
        "words: templates do not escape",
        "node/words/templates.py",
        "autoescape=True",
        "autoescape=False",
        ("tests/words/test_languages.py",),
    ),
    Mutant(
        "words: a misspelt placeholder is said",
        "node/words/catalogue.py",
        "wrong = {it.id: faults(it) for it in catalogue if it.id and faults(it)}",
        "wrong = {it.id: faults(it) for it in catalogue if False}",
        (
            "tests/words/test_slips.py::test_a_misspelt_placeholder_costs_one_translation_and_no_page",
        ),
    ),
    Mutant(
        "samples: the street moves in beside real people",
        "node/samples/street.py",
        "if pod.people.count() or has_own or pod.neighbours.all():",
        "if False:",
        ("tests/aid/test_street.py::test_it_does_not_move_in_with_a_listing",),
    ),
)
