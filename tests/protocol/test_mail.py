"""Letters: what is sealed opens for one pod alone, and says nothing of its length but the step."""

from dataclasses import dataclass
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.errors import LocalError, PeerError
from protocol.identity import Certificate, PodKey, WorkingKey
from protocol.limits import (
    MAIL_STEP_BYTES,
    MAX_LETTER_BYTES,
    MAX_MAIL_BYTES,
    UINT53_END,
    VALID_UNTIL_END_S,
)
from protocol.mail import (
    Address,
    Draft,
    Letter,
    Mail,
    open_mail,
    read_mail,
    seal_letter,
    token_hash,
)
from protocol.sealed import OVERHEAD_BYTES, MailKey

EPOCH = 1_790_000_000
TOKEN = bytes(range(16))


@dataclass(frozen=True)
class Pod:
    """A pod as far as letters go."""

    name: str

    @property
    def working_key(self) -> WorkingKey:
        return WorkingKey.from_seed(sha256(self.name.encode()).digest())

    @property
    def mail_key(self) -> MailKey:
        return MailKey.of(self.working_key)

    @property
    def certificate(self) -> Certificate:
        pod_key = PodKey.from_seed(sha256(b"pod " + self.name.encode()).digest())
        return pod_key.certify(EPOCH, self.working_key.public, EPOCH)

    @property
    def address(self) -> Address:
        return Address(self.certificate.pod_id, EPOCH, self.mail_key.public)

    def write(self, to: Address, content: bytes = b"Rice?", *, token: bytes = TOKEN) -> Mail:
        return seal_letter(
            Draft(bytes(16), EPOCH, content),
            to,
            working_key=self.working_key,
            certificate=self.certificate,
            token=token,
            expires_s=EPOCH + 5,
        )

    def open(self, mail: Mail) -> Letter:
        return open_mail(mail, self.certificate.pod_id, self.mail_key)


ADA, BEN, CAL = Pod("ada"), Pod("ben"), Pod("cal")


def refusal(pod: Pod, mail: Mail) -> str:
    with pytest.raises(PeerError) as refused:
        pod.open(mail)
    return refused.value.code


@settings(max_examples=30)
@given(st.binary(min_size=1, max_size=MAX_LETTER_BYTES))
def test_letter_comes_out_as_it_went_in_at_its_recipient_alone(content: bytes) -> None:
    mail = ADA.write(BEN.address, content)
    assert read_mail(mail.wire) == mail
    letter = BEN.open(mail)
    assert (letter.content, letter.sender, letter.token) == (content, ADA.certificate, TOKEN)
    assert token_hash(letter.token) == mail.token_hash
    assert refusal(CAL, mail) == "cannot_open"


@given(st.binary(min_size=1, max_size=MAX_LETTER_BYTES))
def test_carriers_see_a_step_and_no_sender(content: bytes) -> None:
    mail = ADA.write(BEN.address, content)
    assert (len(mail.sealed) - OVERHEAD_BYTES) % MAIL_STEP_BYTES == 0
    assert len(mail.wire) <= MAX_MAIL_BYTES
    assert ADA.certificate.pod_id not in mail.wire
    assert ADA.working_key.public not in mail.wire


def test_letters_of_a_line_and_of_three_lines_look_alike() -> None:
    assert len(ADA.write(BEN.address, b"x").wire) == len(ADA.write(BEN.address, b"x" * 150).wire)


def test_longest_letter_of_the_greatest_numbers_fits_and_one_more_is_our_bug() -> None:
    pod_key = PodKey.from_seed(bytes(32))
    last = VALID_UNTIL_END_S - 1
    to = BEN.address._replace(epoch=UINT53_END - 1)
    certificate = pod_key.certify(UINT53_END - 1, ADA.working_key.public, last)

    def sealed(size: int) -> Mail:
        return seal_letter(
            Draft(bytes(16), last, bytes(size)),
            to,
            working_key=ADA.working_key,
            certificate=certificate,
            token=TOKEN,
            expires_s=last,
        )

    assert BEN.open(sealed(MAX_LETTER_BYTES)).content == bytes(MAX_LETTER_BYTES)
    with pytest.raises(LocalError):
        sealed(MAX_LETTER_BYTES + 1)


def test_letter_sealed_on_to_a_third_pod_is_refused() -> None:
    """Ben opens what Ada wrote to him, and seals the very letter to Cal: not from Ada to Cal."""
    mail = ADA.write(BEN.address)
    resealed = seal_letter(
        Draft(bytes(16), EPOCH, b"Rice?"),
        BEN.address._replace(pod_id=CAL.address.pod_id, mail_key=CAL.mail_key.public),
        working_key=BEN.working_key,
        certificate=ADA.certificate,  # what Ben can show, but not sign for
        token=TOKEN,
        expires_s=mail.expires_s,
    )
    assert refusal(CAL, resealed) == "bad_signature"


def test_letter_to_a_key_of_ours_that_is_not_ours_now_is_refused() -> None:
    mail = ADA.write(BEN.address._replace(pod_id=CAL.address.pod_id))
    with pytest.raises(PeerError) as refused:
        open_mail(mail, BEN.address.pod_id, BEN.mail_key)
    assert refused.value.code == "other_recipient"


def test_each_sealing_is_another_mail() -> None:
    assert ADA.write(BEN.address).id != ADA.write(BEN.address).id


def test_nothing_is_sealed_to_a_key_that_everybody_can_open() -> None:
    with pytest.raises(PeerError) as refused:
        ADA.write(BEN.address._replace(mail_key=bytes(32)))
    assert refused.value.code == "cannot_open"


@given(st.binary(max_size=300))
def test_any_bytes_are_mail_or_a_typed_refusal(data: bytes) -> None:
    try:
        mail = read_mail(data)
    except PeerError:
        return
    assert mail.wire == data
