"""Finding the same person's leads costs the same however many leads a workspace has."""

from __future__ import annotations

from storage import leads, same
from storage.database import Database, Tx
from storage.vault import Vault
from tests.storage.build import TEAM, a_lead, add_connection, add_leads


def test_the_same_persons_leads_are_found_by_an_index_alone(database: Database, vault: Vault) -> None:
    def look(tx: Tx) -> list[str]:
        (number,) = add_leads(tx, add_connection(tx, vault), [a_lead(1, customer_id="c1")])
        lead = leads.get(tx, TEAM, number)
        assert lead is not None
        asked: list[str] = []
        tx.conn.set_trace_callback(asked.append)
        for find in (same.by_email, same.by_phone, leads.of_customer):
            find(tx, TEAM, lead)
        tx.conn.set_trace_callback(None)
        return [row["detail"] for sql in asked for row in tx.all(f"EXPLAIN QUERY PLAN {sql}")]

    assert database.write_now(look) == [
        "SEARCH leads USING INDEX leads_email (workspace=? AND email_key=?)",
        "SEARCH leads USING INDEX leads_phone (workspace=? AND phone_key=?)",
        "SEARCH leads USING INDEX leads_customer (workspace=? AND connection=? AND customer_id=?)",
    ]
