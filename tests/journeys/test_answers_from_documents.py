"""Questions are answered from the supplier's documents, and orders go their way whatever becomes of the documents."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from bot.knowledge.build import build
from bot.knowledge.chroma import Chroma
from bot.knowledge.found import Answer
from bot.knowledge.kept_library import KeptLibrary
from bot.knowledge.server import of_one_command
from bot.knowledge.writing import Writer
from bot.settings import ROOT
from bot.telemetry import metrics
from bot.understanding.llm_breaker import LlmBreaker
from jobs.handoff.learned_answer import learn
from simulator.adversary import Mode
from simulator.server import Running
from tests.conftest import Shop
from tests.people import ORDER, World
from tests.vectors import remembered

DOCUMENTS = ROOT / "data" / "policies"


def documents_at(shop: Shop, address: str) -> KeptLibrary:
    return KeptLibrary(shop.runtime.settings.model_copy(update={"chroma_host": address}))


@pytest.fixture
def documents(shop: Shop, chroma_address: str) -> Iterator[KeptLibrary]:
    chroma = Chroma(chroma_address)
    build(chroma, remembered(), DOCUMENTS)
    chroma.close()
    made = documents_at(shop, chroma_address)
    shop.runtime.library = made
    yield made
    shop.runtime.library = None
    made.close()


def placed(shop: Shop) -> object:
    return shop.one("SELECT count(*) FROM orders WHERE status = 'placed'")


def tasks(shop: Shop) -> object:
    return shop.one("SELECT count(*) FROM escalations")


@pytest.mark.usefixtures("documents")
def test_a_policy_question_is_answered_with_its_source_and_makes_no_task(shop: Shop, client: FlaskClient) -> None:
    said = World(shop, client).phone().say("What is your refund policy?")
    assert len(said) == 1
    assert "credit note within 7 working days" in said[0]
    assert "📄 Returns and refunds: How refunds are paid" in said[0]
    assert tasks(shop) == 0


@pytest.mark.usefixtures("documents")
@pytest.mark.parametrize(
    ("words", "lead", "document"),
    [
        ("boleh bayar tunai kepada pemandu?", "Dokumen kami", "Ways to pay"),
        ("可以刷信用卡吗？", "我们的文件", "Ways to pay"),
        ("கிரெடிட் கார்டு மூலம் பணம் செலுத்த முடியுமா?", "எங்கள் ஆவணங்களில்", "Ways to pay"),
    ],
)
def test_another_language_is_answered_with_the_words_of_the_document(
    words: str, lead: str, document: str, shop: Shop, client: FlaskClient
) -> None:
    said = World(shop, client).phone().say(words)
    assert lead in said[0]
    assert document in said[0]
    assert "bank transfer, PayNow" in said[0]


@pytest.mark.usefixtures("documents")
def test_what_no_document_says_is_a_task_for_the_team(shop: Shop, client: FlaskClient) -> None:
    said = World(shop, client).phone().say("what is your policy on drones?")
    assert "ask the team" in said[0] or "Is this about" in said[0]
    if "Is this about" in said[0]:
        said = World(shop, client).phone().say("no")
    assert said[0].startswith("I will ask the team")
    assert shop.rows("SELECT reason, priority FROM escalations") == [("policy question", "normal")]


@pytest.mark.usefixtures("documents")
def test_an_answer_that_is_not_sure_costs_a_tap(shop: Shop, client: FlaskClient) -> None:
    phone = World(shop, client).phone()
    said = phone.say("is there a policy for goods that arrive wet?")
    if "Is this about" in said[0]:
        said = phone.say("yes")
    assert "📄" in said[0]
    assert tasks(shop) == 0


@pytest.mark.usefixtures("documents")
def test_while_an_order_is_open_nothing_that_is_offered_waits_for_a_yes(shop: Shop, client: FlaskClient) -> None:
    phone = World(shop, client).phone()
    asked = phone.say("liner")
    assert "How many" in asked[0]
    said = phone.say("what is your policy on crushed goods in the rain?")
    assert "Is this about" not in said[0]
    phone.say("200")
    assert placed(shop) == 1


@pytest.mark.usefixtures("documents")
def test_an_order_and_a_question_in_one_message_get_both(shop: Shop, client: FlaskClient) -> None:
    phone = World(shop, client).phone()
    said = phone.say("5 ctn 10in box please. And what is your refund policy?")
    assert "credit note within 7 working days" in said[0]
    assert "500 pcs" in said[-1]
    phone.say("yes")
    assert placed(shop) == 1
    assert shop.one("SELECT quantity FROM order_lines") == 500


@pytest.mark.usefixtures("documents")
def test_what_is_a_row_is_told_from_the_row(shop: Shop, client: FlaskClient) -> None:
    said = World(shop, client).phone().say("what is the minimum order?")
    assert "There is no minimum order" in said[0]
    said = World(shop, client).phone().say("do you deliver on sunday?")
    assert "We deliver to" in said[0]


class Watched(KeptLibrary):
    """Remembers what it was asked."""

    asked: list[str]

    def ask(self, text: str, language: str | None = None) -> Answer | None:
        self.asked.append(text)
        return super().ask(text, language)


@pytest.mark.parametrize("words", [ORDER, "2 ctn liner", "yes", "hi", "cancel my order", "same as last week"])
def test_an_order_is_never_put_to_the_documents(
    words: str, shop: Shop, client: FlaskClient, chroma_address: str
) -> None:
    watched = Watched(shop.runtime.settings.model_copy(update={"chroma_host": chroma_address}))
    watched.asked = []
    shop.runtime.library = watched
    World(shop, client).phone().say(words)
    shop.runtime.library = None
    watched.close()
    assert watched.asked == []


def test_a_server_that_dies_takes_no_order_along_and_its_answers_come_back(
    shop: Shop, client: FlaskClient, tmp_path: Path
) -> None:
    phone = World(shop, client).phone()
    with of_one_command(tmp_path / "vectors") as address:
        chroma = Chroma(address)
        build(chroma, remembered(), DOCUMENTS)
        documents = documents_at(shop, address)
        shop.runtime.library = documents
        assert "Ways to pay" in phone.say("can I pay by cheque?")[0]
    try:
        assert "Ways to pay" in phone.say("can I pay by cheque?")[0], "what was read goes on answering"
        fresh = documents_at(shop, address)
        shop.runtime.library = fresh
        assert phone.say("can I pay by cheque?")[0].startswith("I will ask the team")
        assert "is placed" in phone.say(ORDER)[-1]
        shop.runtime.library = None
    finally:
        documents.close()
        chroma.close()
        shop.runtime.library = None
    with of_one_command(tmp_path / "vectors") as again:
        shop.runtime.library = documents_at(shop, again)
        assert "Ways to pay" in phone.say("can I pay by cheque?")[0]
        shop.runtime.library.close()
        shop.runtime.library = None


def test_the_folder_gone_means_the_team_is_asked_and_a_build_brings_it_back(
    shop: Shop, client: FlaskClient, tmp_path: Path
) -> None:
    phone = World(shop, client).phone()
    with of_one_command(tmp_path / "vectors") as address:
        now = [0.0]
        documents = KeptLibrary(shop.runtime.settings.model_copy(update={"chroma_host": address}), clock=lambda: now[0])
        shop.runtime.library = documents
        assert phone.say("can I pay by cheque?")[0].startswith("I will ask the team")
        chroma = Chroma(address)
        build(chroma, remembered(), DOCUMENTS)
        now[0] += 60
        assert "Ways to pay" in phone.say("can I pay by cheque?")[0]
        chroma.close()
        documents.close()
        shop.runtime.library = None


@pytest.mark.usefixtures("documents")
def test_a_complaint_has_the_priority_team_and_words_of_the_escalation_rules(shop: Shop, client: FlaskClient) -> None:
    phone = World(shop, client).phone()
    phone.say("what is your refund policy?")
    said = phone.say("half of the cups came squashed, this is not acceptable")
    assert "Customer care has it now" in said[0]
    assert shop.rows("SELECT priority, team FROM escalations") == [("high", "customer care")]


def test_without_rules_a_complaint_is_escalated_by_the_bots_own(shop: Shop, client: FlaskClient) -> None:
    said = World(shop, client).phone().say("half of the cups came squashed, this is not acceptable")
    assert "I am sorry about this" in said[0]
    assert shop.rows("SELECT priority, team FROM escalations") == [("high", None)]


@pytest.mark.usefixtures("documents")
def test_a_tone_changes_the_words_and_neither_order_nor_facts(shop: Shop, client: FlaskClient) -> None:
    phone = World(shop, client).phone()
    phone.say("what is your refund policy?")
    neutral = World(shop, client).phone("+6580000108").say("can I pay by cheque?")
    urgent = phone.say("urgent: can I pay by cheque?")
    assert urgent[0] == f"I see that this is urgent.\n{neutral[0]}"
    said = phone.say(f"urgent! {ORDER}")
    assert said[0].startswith("I see that this is urgent.\n")
    assert placed(shop) == 1


@pytest.mark.usefixtures("documents")
def test_the_same_question_is_looked_up_once_for_each_outlet_and_version(shop: Shop, client: FlaskClient) -> None:
    hits = metrics.knowledge_cache_total.labels("hit")
    before = hits._value.get()
    one, other = World(shop, client).phone(), World(shop, client).phone("+6580000108")
    first = one.say("Can I pay by cheque?")
    assert hits._value.get() == before
    assert one.say("can i pay by  CHEQUE") == first
    assert hits._value.get() == before + 1
    other.say("can i pay by cheque?")
    assert hits._value.get() == before + 1


def test_an_answer_given_once_is_a_document_from_then_on(
    shop: Shop, client: FlaskClient, tmp_path: Path, chroma_address: str
) -> None:
    shutil.copytree(DOCUMENTS, tmp_path / "documents")
    folder = tmp_path / "documents"
    phone = World(shop, client).phone()
    phone.say("what is your policy on birthday balloons?")
    escalation = int(str(shop.one("SELECT id FROM escalations")))
    with shop.runtime.engine.begin() as connection:
        learned = learn(
            connection, shop.runtime.settings, escalation, "We print balloons from 500 pieces.",
            question=None, folder=folder, actor="mei",
        )  # fmt: skip
    assert learned.file.parent == folder / "faqs"
    assert phone.heard()[-1] == "We print balloons from 500 pieces."
    assert shop.one("SELECT closed_by FROM escalations") == "mei"
    chroma = Chroma(chroma_address)
    build(chroma, remembered(), folder)
    chroma.close()
    made = documents_at(shop, chroma_address)
    shop.runtime.library = made
    said = World(shop, client).phone("+6580000108").say("what's your policy on birthday balloons?")
    shop.runtime.library = None
    made.close()
    assert "We print balloons from 500 pieces." in said[0]


@pytest.fixture
def writer(shop: Shop, simulator: Running) -> Iterator[Writer]:
    """The runtime of the jobs, given a language model as OPENAI_API_KEY would."""
    url = f"{simulator.url}/v1"
    made = Writer(api_key="sk-simulated", base_url=url, model="gpt-4.1-mini", breaker=LlmBreaker())
    shop.runtime.answer_writer = made
    yield made
    shop.runtime.answer_writer = None
    made.close()


LLM_OUTCOME = "SELECT context->'llm'->>'outcome' FROM conversation_messages WHERE direction = 'inbound'"


@pytest.mark.usefixtures("documents", "writer")
def test_what_a_language_model_writes_out_of_the_passages_is_sent(
    shop: Shop, client: FlaskClient, simulator: Running
) -> None:
    written = "Sure! You get a credit note within 7 working days once the goods are back with us."
    simulator.openai.script.append(written)
    said = World(shop, client).phone().say("What is your refund policy?")
    assert said[0].startswith(written)
    assert "📄 Returns and refunds: How refunds are paid" in said[0]
    (call,) = simulator.ledger.entries(provider="openai", operation="chat.completions")
    given = json.loads(call.sent["messages"][1]["content"])
    assert given["question"] == "What is your refund policy?"
    assert any("credit note within 7 working days" in passage for passage in given["passages"])
    assert shop.one(LLM_OUTCOME) == "ok"


@pytest.mark.usefixtures("documents", "writer")
@pytest.mark.parametrize(
    "invented",
    [
        "You get a credit note within 3 working days.",
        "You get a credit note within 7 working days, and a voucher of SGD 20.",
        "Write to refunds@example.com and you get a credit note.",
        "We pay it out in cash today.",
        "NOT THERE",
    ],
)
def test_what_it_adds_is_never_sent_and_the_passage_itself_is(
    invented: str, shop: Shop, client: FlaskClient, simulator: Running
) -> None:
    simulator.openai.script.append(invented)
    said = World(shop, client).phone().say("What is your refund policy?")
    assert invented not in said[0]
    assert "A refund is given as a credit note within 7 working days" in said[0]
    assert shop.one(LLM_OUTCOME) == "invalid"
    assert tasks(shop) == 0


@pytest.mark.usefixtures("documents", "writer")
def test_without_the_language_model_the_passage_answers(shop: Shop, client: FlaskClient, simulator: Running) -> None:
    simulator.openai.mode = Mode.SERVER_ERROR
    said = World(shop, client).phone().say("What is your refund policy?")
    assert "A refund is given as a credit note within 7 working days" in said[0]
    assert shop.one(LLM_OUTCOME) == "failed"
