"""One command line as an example for each command whose own help text shows none.

They stand together, so that a test can parse each as somebody would have typed it.
"""

from typing import Final

import click

EXAMPLES: Final = """
pod board --type need --search soup
pod show 3f9a12bc
pod renew 3f9a12bc --days 30
pod withdraw 3f9a12bc
pod answers 3f9a12bc
pod unpromise 3f9a12bc Rosa
pod decline 3f9a12bc 2
pod unask 3f9a12bc Rosa
pod back 3f9a12bc Rosa
pod done 3f9a12bc
pod pause 3f9a12bc
pod resume 3f9a12bc
pod reopen 3f9a12bc
pod waiting
pod match 3f9a12bc
pod digest
pod import needs.csv --dry-run
pod export --out listings.csv
pod imports list
pod imports undo 3
pod mail list
pod mail show 5c11d0e2
pod mail give 5c11d0e2 Rosa
pod mail unask 3f9a12bc --message "We found one, thank you."
pod mail report 3f9a12bc out-of-date
pod mail retry 5c11d0e2
pod mail forget 5c11d0e2
pod resource list --category food
pod resource show 8c2e44d1
pod resource edit 8c2e44d1 --checked 2026-11-23 --share network
pod resource check
pod resource export --out directory.csv
pod resource remove 8c2e44d1
pod event list --days 14
pod event show 71c09a3e
pod event edit 71c09a3e --place "back yard" --start "2026-12-12 15:00"
pod event cancel 71c09a3e --on 2026-12-12
pod event export --format ics --out meetups.ics
pod event import meetups.ics --dry-run
pod event withdraw 71c09a3e
pod notice list --topic alert
pod notice show 0d5b7f16
pod notice edit 0d5b7f16 --text "The water is back."
pod notice renew 0d5b7f16 --days 14
pod notice export --out notices.csv
pod notice import notices.csv --dry-run
pod notice withdraw 0d5b7f16
pod reading list --search repair
pod reading show a94e2b70
pod reading edit a94e2b70 --paper-copy "on the shelf by the door"
pod reading export --out readings.csv
pod reading import readings.csv --dry-run
pod reading withdraw a94e2b70
pod crisis status
pod crisis export --out crisis.csv
pod crisis import crisis.csv --dry-run
pod crisis take-back
pod outcome list --position agree
pod outcome show e2107cc4
pod outcome edit e2107cc4 --position reservations --text "Not on Sundays."
pod outcome export --out outcomes.csv
pod outcome import outcomes.csv --dry-run
pod outcome withdraw e2107cc4
pod card show "Mill Lane"
pod card list
pod card export --out card.json
pod language list
pod language renew ar
pod member list
pod member show Rosa
pod member role Rosa steward
pod member suspend Rosa
pod member readmit Rosa
pod member remove b77d01c9
pod member export --format vcard --out people.vcf
pod member import people.csv --dry-run
pod member merges
pod member unmerge 1
pod invite list
pod invite requests
pod invite accept 2
pod invite decline 2
pod invite take-back 4
pod tree
pod map --gaps
pod rollcall board
pod rollcall renew
pod rollcall end
pod rollcall list
pod care list
pod care show Rosa
pod care delete Rosa
pod buddy list
pod buddy pair Rosa Anh
pod buddy part Rosa Anh
pod way list
pod way remove "chat group"
pod proposal list --all
pod proposal show b77d01c9
pod proposal reword b77d01c9 --text "On Saturdays, from ten to noon."
pod proposal move b77d01c9 testing
pod proposal close b77d01c9
pod agreement list
pod agreement show 4410af3d
pod agreement confirm 4410af3d --review-in 180
pod agreement end 4410af3d
pod rules show
pod tool list
pod tool remove 2
pod log --limit 20
pod split write half.zip Rosa Anh --all-agreed
pod split take half.zip
pod init --name "Elm Street"
pod up
pod status
pod neighbor list
pod neighbor invite
pod neighbor accept POD1:... --address 192.168.1.9
pod neighbor show "Mill Lane"
pod neighbor name "Mill Lane" "the mill"
pod neighbor forgive "Mill Lane"
pod neighbor remove "Mill Lane"
pod author list
pod author hide "Mill Lane"
pod author unhide "Mill Lane"
pod author block "Mill Lane"
pod author unblock "Mill Lane"
pod nearby --seconds 10
pod bundle export /media/stick/elm.bundle --for "Oak Road"
pod bundle show /media/stick/oak.bundle
pod bundle import /media/stick/oak.bundle
pod bundle summary /media/stick/elm.summary
pod bundle carried
pod bundle forget "Oak Road"
pod config show
pod config path
pod clock show
pod doctor
pod recovery confirm
pod recovery sheet
pod recovery age-key
pod backup /media/stick/elm.backup
pod restore /media/stick/elm.backup
pod recover --sheet sheet.txt --name "Elm Street"
pod rotate --since 2026-11-20
pod doubt list
pod doubt keep 3f9a12bc
pod doubt drop 3f9a12bc
pod demo
pod sample
pod bench first-sync --records 1000
""".strip().splitlines()


def example_of(ctx: click.Context) -> str | None:
    """Return an example of a command: the first in its own help, else the one of the list."""
    begins = f"{ctx.command_path} "
    own = (line.strip() for line in (ctx.command.help or "").splitlines())
    return next((it for it in [*own, *EXAMPLES] if f"{it} ".startswith(begins)), None)
