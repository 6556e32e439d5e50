"""Mutants of what holds the rules R1 to R10 and R14 of docs/protocol.md, section 1.4."""

from typing import Final

from tests.mutants import Mutant

INTAKE: Final = "store/records/intake.py"
SIGNER: Final = "node/signer.py"
ARRIVALS: Final = "node/arrivals.py"
UPKEEP: Final = "node/upkeep.py"
ROSTER: Final = "node/roster.py"
ENGINE: Final = "node/engine.py"
DEALINGS: Final = "node/dealings.py"
TENDING: Final = "node/tending.py"
CLOCK: Final = "protocol/clock.py"
TERMS: Final = "protocol/terms.py"
TRUST: Final = "protocol/trust.py"
LEAVE: Final = "store/records/leave.py"
RECORD: Final = "protocol/record.py"
SETS: Final = "protocol/sets.py"
CHANGES: Final = "store/changes.py"

IN_TABLES: Final = "tests/scenarios/test_tables.py"
IN_QUOTA: Final = "tests/scenarios/test_quota.py"
IN_INTAKE: Final = "tests/store/test_intake.py"
IN_EPOCHS: Final = "tests/store/test_epochs.py"
IN_STORE_UPKEEP: Final = "tests/store/test_upkeep.py"
IN_CHANGES: Final = "tests/store/test_changes.py"
IN_NEWEST: Final = "tests/store/test_newest_slots.py"
IN_KEEPER: Final = "tests/node/test_keeper.py"
IN_ENGINE: Final = "tests/node/test_engine.py"
IN_UPKEEP: Final = "tests/node/test_upkeep.py"
IN_CARRYING: Final = "tests/node/test_carrying.py"
IN_RECORD: Final = "tests/protocol/test_record.py"
IN_CLOCK: Final = "tests/protocol/test_clock.py"
IN_KEYS: Final = "tests/scenarios/test_keys_and_shelves.py"

IN_HOSTILE: Final = "tests/hostile/test_neighbour.py"
LIARS: Final = "tests/hostile/test_neighbour_gone_bad.py"

IN_CLOCKS: Final = "tests/scenarios/test_clocks.py"
IN_CONDUCT: Final = "tests/node/test_conduct.py"
IN_TIME: Final = "tests/node/test_timekeeping.py"
IN_CARRIED: Final = "tests/node/test_bundles_carried.py"
IN_THEFT: Final = "tests/scenarios/test_theft.py"

MUTANTS: Final = (
    Mutant(
        "R1: whatever comes last wins its slot",
        INTAKE,
        "if current is not None and current.rank >= record.rank:",
        "if current is not None and current.id == record.id:",
        (f"{IN_INTAKE}::test_greater_stamp_wins_its_slot_in_any_order",),
    ),
    Mutant(
        "R1: a slot has no scope",
        RECORD,
        "return (self.author, self.scope, self.kind, self.rid)",
        "return (self.author, 0, self.kind, self.rid)",
        (f"{IN_RECORD}::test_a_slot_is_author_scope_kind_and_rid",),
    ),
    Mutant(
        "R1: the stamp counts before the epoch",
        RECORD,
        "return (self.epoch, self.stamp_ms, self.id)",
        "return (self.stamp_ms, self.epoch, self.id)",
        (f"{IN_RECORD}::test_no_stamp_of_an_old_key_beats_the_new_one",),
    ),
    Mutant(
        "R2: distance 0 is believed from anyone",
        TRUST,
        "if entry.distance == 0 and author != teller:",
        "if False:",
        (f"{IN_TABLES}::test_distance_0_told_for_another_counts_as_out_of_reach",),
    ),
    Mutant(
        "R2: each side goes by its own view",
        TRUST,
        "and min(told_distance(told_by_a, a, author), told_distance(told_by_b, b, author))",
        "and told_distance(told_by_a, a, author)",
        (f"{IN_TABLES}::test_network_records_go_six_hops_and_near_ones_one",),
    ),
    Mutant(
        "R7: what a shelf brings home undoes an edit under a slow clock",
        SIGNER,
        "if (above := draft.made_from or stands_above(versions[record.slot], record))",
        "if (above := draft.made_from)",
        (f"{IN_CLOCKS}::test_edit_under_a_slow_clock_survives_a_new_key_made_before_it_is_right",),
    ),
    Mutant(
        "R10: who broke the protocol is met again at once",
        ENGINE,
        "if peer.pod_id in self._conduct.waiting(now):",
        "if False:",
        (f"{IN_CONDUCT}::test_start_of_the_node_begins_the_wait_anew_and_forgets_no_fault",),
    ),
    Mutant(
        "R6: what a person confirmed outlives the next start of the machine",
        "node/timekeeping.py",
        "told == self._told or told.boot != self._clock.boot",
        "told == self._told",
        (f"{IN_TIME}::test_nobody_has_confirmed_anything_after_the_next_start_of_the_machine",),
    ),
    Mutant(
        "R2: a jump of the clock ends what neighbours told",
        TENDING,
        "void_old_tables(self._lives.peers, floor_s)",
        "void_old_tables(self._lives.peers, now.wall_ms // 1000 - 90 * 86_400)",
        (
            f"{IN_CLOCKS}::test_clock_that_is_believed_in_2099_ends_nothing_of_a_neighbour_that_is_away",
        ),
    ),
    Mutant(
        "R2: what is not carried is compared all the same",
        TRUST,
        "return ours.carried and theirs.carried and ours.tag == theirs.tag",
        "return ours.tag == theirs.tag",
        (
            f"{IN_CARRYING}::test_with_no_room_on_the_disk_nothing_of_others_is_taken_and_nothing_offered_twice",
        ),
    ),
    Mutant(
        "R2: tables are never void",
        ROSTER,
        "and (neighbour.last_contact_ms or neighbour.since_ms) < oldest_ms",
        "and False",
        (f"{IN_UPKEEP}::test_tables_of_a_neighbour_are_void_after_ninety_days_without_contact",),
    ),
    Mutant(
        "R2 and R14: tables are told and not saved",
        ENGINE,
        "        self._roster.save_tables(now)\n",
        "",
        (f"{IN_ENGINE}::test_certificate_lost_on_its_way_comes_in_the_next_session",),
    ),
    Mutant(
        "R3: a lower certificate replaces a greater",
        "protocol/directory.py",
        "if known is not None and known.rank >= certificate.rank:",
        "if False:",
        (f"{IN_KEYS}::test_a_withdrawal_on_another_shelf_replaces_what_was_signed_again",),
    ),
    Mutant(
        "R3: a new epoch leaves the sets as they are",
        "node/certificates.py",
        "records.raise_epoch(tx, certificate.pod_id, certificate)",
        "pass",
        (
            f"{IN_KEYS}::test_a_rotation_displaces_the_old_epoch_everywhere_with_nothing_signed_again_yet",
        ),
    ),
    Mutant(
        "R3: nobody asks for a greater certificate",
        "protocol/telling.py",
        "self.ask_for(e.pod_id for e in known if e.rank > rank_of(e.pod_id))",
        "",
        (f"{IN_ENGINE}::test_certificate_lost_on_its_way_comes_in_the_next_session",),
    ),
    Mutant(
        "R3: of two keys of one epoch both keep their records",
        LEAVE,
        "if row.epoch < certificate.epoch or (has_rival and not _is_under(tx, row, certificate)):",
        "if row.epoch < certificate.epoch:",
        (f"{IN_EPOCHS}::test_of_two_certificates_of_one_epoch_the_greater_keeps_its_records",),
    ),
    Mutant(
        "R3: an open session outlives its certificate",
        DEALINGS,
        "if live.closing is None and not self.end_if_superseded(live):",
        "if live.closing is None:",
        (f"{IN_ENGINE}::test_replaced_machine_in_an_open_session_is_told_and_sent_away",),
    ),
    Mutant(
        "R4: anyone brings records of a lower epoch",
        INTAKE,
        "if record.author in (self._facts.us, self._facts.peer):",
        "if True:",
        (f"{IN_EPOCHS}::test_no_stamp_of_an_old_key_beats_the_new_one",),
    ),
    Mutant(
        "R4: the two shelves are one set",
        SETS,
        "self._view(indexes.shelf, line.pair & {line.answerer}, None),",
        "self._view(indexes.shelf, line.pair, None),",
        (f"{IN_ENGINE}::test_certificate_lost_on_its_way_comes_in_the_next_session",),
    ),
    Mutant(
        "R4: withdrawals wait like the rest of the shelf",
        UPKEEP,
        "left.sort(key=lambda version: version.record.payload is not None)",
        "",
        (f"{IN_UPKEEP}::test_after_a_new_key_withdrawals_are_signed_first",),
    ),
    Mutant(
        "R4: a withdrawal on another shelf comes too late",
        "node/drafts.py",
        "return made_from is not None and made_from < (record.epoch, record.stamp_ms)",
        "return False",
        (
            f"{IN_UPKEEP}::test_withdrawal_found_later_on_another_shelf_replaces_what_was_signed_again",
        ),
    ),
    Mutant(
        "R4: what may be a thief's is signed again by itself",
        "store/records/doubt.py",
        "yield from (it for it in left if it.doubt is Doubt.NONE)",
        "yield from left",
        (f"{IN_THEFT}::test_after_a_theft_only_what_is_older_is_signed_again",),
    ),
    Mutant(
        "R4: what comes home after a theft is not doubted",
        INTAKE,
        "return Doubt.WAITS if record.stamp_ms >= doubts.since_ms else Doubt.NONE",
        "return Doubt.NONE",
        (f"{IN_THEFT}::test_a_thief_who_dates_back_gains_nothing_where_the_disk_is_whole",),
    ),
    Mutant(
        "R4: what another shelf has of a thief replaces what was signed again",
        ARRIVALS,
        "if not keeper.may_sign or shelved is None or shelved.doubt is not Doubt.NONE:",
        "if not keeper.may_sign or shelved is None:",
        (f"{IN_THEFT}::test_what_waits_is_taken_back_by_no_other_shelf",),
    ),
    Mutant(
        "R4: what people called a thief's stands for its slot",
        "store/records/doubt.py",
        "left = [version for version in every if version.doubt is not Doubt.THIEFS]",
        "left = every",
        (f"{IN_THEFT}::test_after_a_theft_only_what_is_older_is_signed_again",),
    ),
    Mutant(
        "R5: signed again before any neighbour was heard",
        UPKEEP,
        "if self._keeper.has_caught_up:",
        "if True:",
        (f"{IN_UPKEEP}::test_nothing_is_signed_again_before_a_neighbour_was_heard",),
    ),
    Mutant(
        "R5: what is older than a lifetime is signed again",
        UPKEEP,
        "return record.payload is not None and is_open and is_young",
        "return record.payload is not None and is_open",
        (f"{IN_UPKEEP}::test_what_is_older_than_a_lifetime_is_not_signed_again",),
    ),
    Mutant(
        "R5: what comes home stands above an edit made meanwhile",
        ARRIVALS,
        "elif keeper.may_sign:\n        # What somebody",
        "elif False:\n        # What somebody",
        (
            f"{IN_KEEPER}::test_edit_before_the_first_recovery_is_signed_once_more_above_what_comes_home",
        ),
    ),
    Mutant(
        "R5: versions that lost are not kept",
        INTAKE,
        "retire(self._tx, self._book, current, self._facts.us)",
        "remove(self._tx, self._book, current)",
        (f"{IN_INTAKE}::test_replaced_own_versions_are_kept_the_last_ten_with_their_marks",),
    ),
    Mutant(
        "R6: what lies below the floor comes in again",
        INTAKE,
        "if record.stamp_ms < floor_ms:",
        "if False:",
        (f"{IN_INTAKE}::test_stamp_at_the_floor_is_taken_and_one_below_is_not",),
    ),
    Mutant(
        "R6: the floor goes down",
        LEAVE,
        "if floor_s <= (meta.get(tx.connection, meta.FLOOR_S) or 0):",
        "if False:",
        (f"{IN_STORE_UPKEEP}::test_floor_never_goes_down",),
    ),
    Mutant(
        "R6: the next floor is lower",
        CLOCK,
        "return max(floor_s, _hour(target_s))",
        "return _hour(target_s)",
        (f"{IN_CLOCK}::test_a_clock_set_back_leaves_the_floor_where_it_is",),
    ),
    Mutant(
        "R6: a pair has our floor alone",
        TERMS,
        "pair_floor_s(self.floor_s, self._peer_floor_s), self",
        "self.floor_s, self",
        (f"{IN_KEYS}::test_a_backup_of_day_0_put_back_later_undoes_no_delete_and_loses_no_edit",),
    ),
    Mutant(
        "R6: a clock that is not synced deletes",
        UPKEEP,
        "if now.state is ClockState.SYNCED:\n            changed |= self._move",
        "if True:\n            changed |= self._move",
        (f"{IN_UPKEEP}::test_clock_that_is_not_synced_deletes_nothing",),
    ),
    Mutant(
        "R7: a stamp is what the clock says",
        CLOCK,
        "max(now_ms, slot_stamp_ms + 1)",
        "now_ms",
        (f"{IN_KEEPER}::test_stamp_is_above_the_slots_greatest_whatever_the_clock_says",),
    ),
    Mutant(
        "R7: what lies ahead is not held",
        INTAKE,
        "elif record.stamp_ms >= end_ms:",
        "elif False:",
        (f"{IN_INTAKE}::test_last_millisecond_of_the_ceiling_is_in_the_set_and_the_next_is_held",),
    ),
    Mutant(
        "R7: the greater time makes the ceiling",
        CLOCK,
        "min(min(told) + CEILING_AHEAD_S",
        "min(max(told) + CEILING_AHEAD_S",
        (f"{IN_CLOCK}::test_a_clock_that_is_not_synced_holds_nothing",),
    ),
    Mutant(
        "R7: what came before the clock was synced stays",
        UPKEEP,
        "changed |= arrivals.hold_back(self._keeper, now)",
        "changed |= False",
        (f"{IN_KEEPER}::test_what_others_stamped_ahead_leaves_the_sets_when_the_clock_is_synced",),
    ),
    Mutant(
        "R7: what an unset clock signed stays so",
        UPKEEP,
        "if version.record.stamp_ms <= now.wall_ms:",
        "if False:",
        (f"{IN_UPKEEP}::test_what_an_unset_clock_signed_is_signed_again_by_a_better_one",),
    ),
    Mutant(
        "R8: no slot makes room for a newer one",
        INTAKE,
        "if record.rank < row.rank:",
        "if True:",
        (f"{IN_NEWEST}::test_one_past_the_bound_puts_out_the_least_or_is_refused",),
    ),
    Mutant(
        "R8: people write beyond the bound",
        SIGNER,
        "if any(count > self.slots_left(Scope(scope)) for scope, count in new.items()):",
        "if False:",
        (f"{IN_KEEPER}::test_own_slot_beyond_the_bound_is_refused_and_nothing_is_lost",),
    ),
    Mutant(
        "R8: live changes have no rate",
        "node/rates.py",
        "return tokens >= 1",
        "return True",
        (f"{IN_QUOTA}::test_author_over_its_rate_is_delayed_and_never_refused",),
    ),
    Mutant(
        "R8: one branch may fill the table",
        TRUST,
        "chosen.append(queue.pop())",
        "chosen += queue\n                queue.clear()",
        (f"{IN_QUOTA}::test_flood_of_authors_behind_one_neighbour_leaves_the_others_their_share",),
    ),
    Mutant(
        "R9: near records outlive the federation",
        ROSTER,
        "                records.delete_near_of(tx, pod_id)\n",
        "                pass\n",
        (f"{IN_ENGINE}::test_end_of_a_federation_deletes_near_records_on_both_sides",),
    ),
    Mutant(
        "R14: a gap in the log goes unnoticed",
        CHANGES,
        "return loaded.seq < (meta.get(connection, meta.PRUNED_SEQ) or 0)",
        "return False",
        (f"{IN_CHANGES}::test_process_that_missed_the_log_finds_the_difference_in_the_records",),
    ),
    Mutant(
        "R14: what enters a set is not written down",
        INTAKE,
        "self._book.enters(place, record.scope, [(record.stamp_ms // 1000, author, record.id)])",
        "pass",
        (f"{IN_CHANGES}::test_indexes_come_from_the_records_where_blob_or_log_fail",),
    ),
    Mutant(
        "R14: the key is not read in the act that signs",
        SIGNER,
        "if meta.get(tx.connection, meta.EPOCH) != self._certificate.epoch:",
        "if False:",
        (f"{IN_KEEPER}::test_key_made_by_another_process_is_used_from_the_next_signature_on",),
    ),
    Mutant(
        "R9: a neighbour hands on another one's near records, sealed",
        "node/bundle_intake.py",
        "if record.author != self._creator or record.scope != Scope.NEAR:",
        "if False:",
        (
            "tests/node/test_bundles_alone.py::test_near_records_of_a_third_pod_are_refused_and_charged",
        ),
    ),
    Mutant(
        "R9: near records are let in from the part that is for all",
        "node/bundle_intake.py",
        "if record.scope != Scope.NETWORK:",
        "if False:",
        ("tests/node/test_bundles.py::test_near_records_in_a_bundle_are_refused",),
    ),
    Mutant(
        "R9: all near records here go to whoever a bundle is for",
        "node/bundles.py",
        "yield from self._contents.near_records(both)",
        "yield from self._contents.near_records(self.authors)",
        ("tests/node/test_bundles_alone.py::test_two_walks_make_what_is_near_equal_too",),
    ),
    Mutant(
        "R9: ids of near records stand in the clear",
        "store/bundles.py",
        '_NETWORK: Final = "FROM record WHERE author = ? AND place = 1 AND scope = 2 AND',
        '_NETWORK: Final = "FROM record WHERE author = ? AND place = 1 AND',
        ("tests/node/test_bundles_alone.py::test_a_summary_names_network_records_alone",),
    ),
    Mutant(
        "R13: whoever can seal puts a part into another pod's bundle",
        "protocol/sealed_part.py",
        "if not verify(signer, signature, sealed.place + part):",
        "if False:",
        ("tests/node/test_bundles_alone.py::test_a_part_that_the_creator_did_not_sign_is_refused",),
    ),
    Mutant(
        "R13: a sealed part opens in any bundle",
        "protocol/sealed_part.py",
        'return TAG_BUNDLE_PART + head_digest + number.to_bytes(_NUMBER_BYTES, "big")',
        "return TAG_BUNDLE_PART",
        ("tests/node/test_bundles_alone.py::test_a_part_of_another_bundle_does_not_open",),
    ),
    Mutant(
        "R13: a table that is older than the last meeting replaces it",
        "node/bundle_intake.py",
        "is_newer = head.created_ms > self._told_ms()",
        "is_newer = True",
        ("tests/node/test_bundles.py::test_a_table_of_a_meeting_since_is_not_replaced",),
    ),
    Mutant(
        "R13: the head of a bundle is believed unsigned",
        "protocol/bundle_head.py",
        "if not verify(head.certificate.working_key, signature, TAG_BUNDLE + body):",
        "if False:",
        ("tests/protocol/test_bundle.py::test_a_table_changed_by_the_carrier_is_refused",),
    ),
    Mutant(
        "R13: any pod's bundle is let in without a yes",
        "node/bundle_intake.py",
        "if creator not in directory.heard and not carry:",
        "if False:",
        (
            "tests/node/test_bundles_carried.py::test_what_is_for_all_comes_in_and_goes_on_to_neighbours",
        ),
    ),
    Mutant(
        "R13: what was let in once stays so for ever",
        UPKEEP,
        "changed |= self._keeper.roster.end_carried(now)",
        "pass",
        (
            "tests/node/test_bundles_carried.py::test_no_yes_is_needed_again_for_90_days_and_then_it_is",
        ),
    ),
    Mutant(
        "R13: any number of strangers is carried",
        "node/bundle_intake.py",
        "if creator not in directory.heard and len(directory.carried) >= MAX_CARRIED_NEIGHBOURS:",
        "if False:",
        ("tests/node/test_bundles_carried.py::test_their_number_is_bounded",),
    ),
    Mutant(
        "R13: what a stick brought from a stranger belongs to no branch",
        "protocol/directory.py",
        "return {**self.carried, **self.told_by} if self.carried else self.told_by",
        "return self.told_by",
        ("tests/node/test_bundles_carried.py::test_it_is_known_after_a_restart",),
    ),
    Mutant(
        "R13: mail waits for a session with a pod that is only carried",
        "protocol/directory.py",
        "return own_distance(self.us, self.told_by, author)",
        "return own_distance(self.us, self.heard, author)",
        (f"{IN_CARRIED}::test_mail_goes_by_neighbours_though_a_stick_makes_its_recipient_near",),
    ),
    Mutant(
        "R16: near records pass before a steward has seen the name",
        "node/bundle_intake.py",
        "return None if self._keeper.roster.lets_near_pass(record.author) else UNSEEN",
        "return None",
        (
            "tests/node/test_bundles_alone.py::test_near_records_wait_until_a_steward_has_seen_the_name",
        ),
    ),
    Mutant(
        "R10: nobody is charged for a bad record",
        "node/admission.py",
        "        if is_charged:\n",
        "        if False:\n",
        (f"{IN_ENGINE}::test_a_bad_record_that_waited_is_charged_to_who_brought_it",),
    ),
    Mutant(
        "R10: a refusal is not written down",
        "store/peers.py",
        "[(neighbour, record_id, until_ms) for record_id in ids],",
        "[],",
        (
            "tests/store/test_peers.py::test_so_many_refusals_of_a_neighbour_are_remembered_the_newest",
        ),
    ),
    # --- What no neighbour gets by lying ---
    Mutant(
        "R9: whatever is held is served",
        DEALINGS,
        "return [body for body in bodies if live.session.rounds.may_serve(body)]",
        "return list(bodies)",
        (f"{LIARS}::test_near_record_of_another_neighbour_is_gone_for_a_third",),
    ),
    Mutant(
        "R9: near records are taken from anyone",
        TERMS,
        "return self._near and record.author == self._peer",
        "return self._near",
        (f"{IN_HOSTILE}::test_near_record_is_taken_from_its_author_alone",),
    ),
    Mutant(
        "R10: the third strike never ends a session",
        "node/live.py",
        "if self.strikes >= STRIKES:",
        "if self.strikes > 99 * STRIKES:",
        (f"{IN_HOSTILE}::test_third_frame_that_no_honest_neighbour_sends_ends_the_session",),
    ),
    Mutant(
        "R10: refusals are not saved for the next start",
        "node/roster.py",
        "peers.remember_refused(tx, neighbour, ids, now.wall_ms + LIFETIME_S * 1000)",
        "pass",
        (f"{LIARS}::test_superseded_version_is_refused_once_and_remembered",),
    ),
)
