"""What creating, changing and closing does to a lead of the stand-in."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from providers.storedge.stand_in.checking import Refused
from providers.storedge.stand_in.inventory import FEE, Facility, Json, configured
from providers.storedge.stand_in.sample import (
    lead_record,
    of_unit,
    payment_event,
    phone_record,
    reserved,
    stamp,
    tenant_record,
)

_PLAIN = (
    *("desired_move_in_date", "caller_first_name", "caller_last_name", "size", "floor", "rate_type"),
    *("desired_unit_size_and_price", "online_move_in_url", "next_lead_action"),
)
_FLAGS = ("urgent", "free_truck", "moving_labor")
_CHOSEN = (
    ("length_of_stay_id", "length_of_stay", "length_of_stays"),
    ("close_reason_id", "close_reason", "close_reasons"),
)
_LISTS = (("discount_plans", "discount_plans"), ("lead_contents", "contents"))


def truth(value: Any) -> bool:
    """A boolean, as text or plain."""
    return value in (True, "true")


class Changes:
    """Writes leads; ``luck`` makes ids."""

    def __init__(self, seed: int) -> None:
        self._luck = random.Random(seed)
        self.tenants: dict[str, Json] = {}
        self.methods: dict[str, Json] = {}
        self.notes: dict[str, list[Json]] = {}
        self._account = 5_000_000

    def identity(self) -> str:
        """A new id."""
        return str(UUID(int=self._luck.getrandbits(128), version=4))

    def known(self, lead: Json) -> None:
        """Tenants and payment methods of a lead can be used for another."""
        self.tenants[lead["tenant"]["id"]] = lead["tenant"]
        for event in lead["successful_payment_events"]:
            self.methods[event["payment_method"]["id"]] = event["payment_method"]

    def create(self, sent: Json, payment: Json | None, facility: Facility, at: datetime) -> Json:
        """A new lead of a body that was checked. Refused for ids that there are not."""
        created = stamp(at, facility)
        tenant = self._tenant(sent, facility, created)
        lead = lead_record(self.identity(), created, facility, tenant, kind="phone" if sent.get("dnis") else "internet")
        lead = self._with(lead, sent, facility, at)
        if truth(sent["is_reservation"]):
            lead = self._reserve(lead, sent, facility, created)
        return self._pay(lead, payment, created)

    def change(self, lead: Json, sent: Json, payment: Json | None, facility: Facility, at: datetime) -> Json:
        """The lead after a change."""
        changed = self._with({**lead}, sent, facility, at)
        if "tenant_id" in sent:
            changed |= {"tenant_id": sent["tenant_id"], "tenant": self._tenant(sent, facility, lead["created_at"])}
        if given := sent.get("tenant_attributes"):
            phones = [_phone(p) for p in given.get("phone_numbers_attributes", ())]
            plain = {k: v for k, v in given.items() if not k.endswith("_attributes")}
            tenant = {**changed["tenant"], **plain}
            tenant["phone_numbers"] = [*tenant["phone_numbers"], *({**p, "primary": False} for p in phones)]
            if "mailing_address_attributes" in given:
                tenant["mailing_address"] = given["mailing_address_attributes"]
            changed["tenant"] = tenant
        if truth(sent.get("is_reservation")) and not changed["reserved_at"]:
            changed = self._reserve(changed, sent, facility, stamp(at, facility))
        return self._pay(changed, payment, stamp(at, facility))

    def close(self, lead: Json, reason: str | None, notes: list[Json], at: datetime, facility: Facility) -> Json:
        """The lead after DELETE, which closes it."""
        sent: Json = {"close_reason_id": reason} if reason else {}
        return self._with(
            {**lead, "closed": True, "status": "closed"}, sent | {"notes_attributes": notes}, facility, at
        )

    def _tenant(self, sent: Json, facility: Facility, created: str) -> Json:
        if "tenant_id" in sent:
            found = self.tenants.get(sent["tenant_id"])
            if found is None:
                raise Refused("Tenant could not be found")
            return found
        given = sent["tenant_attributes"]
        self._account += 1
        phones = [_phone(p) for p in given["phone_numbers_attributes"]]
        for later in phones[1:]:
            later["primary"] = False
        fields: Json = {k: v for k, v in given.items() if not k.endswith("_attributes")}
        for flag in ("is_military", "is_business"):
            if flag in fields:
                fields[flag] = truth(fields[flag])
        if home := given.get("mailing_address_attributes"):
            parts = [home.get(k) for k in ("address1", "city", "state", "postal")]
            fields["mailing_address"] = {"id": self.identity(), **home, "full_address": ", ".join(filter(None, parts))}
        return tenant_record(self.identity(), self._account, created, facility, **fields, phone_numbers=phones)

    def _with(self, lead: Json, sent: Json, facility: Facility, at: datetime) -> Json:
        if (unit_id := sent.get("unit_id")) is not None:
            unit = facility.unit(unit_id)
            if unit is None:
                raise Refused("Unit could not be found")
            lead |= of_unit(unit, facility.group(unit["unit_group_id"]))
        lead |= {name: sent[name] for name in _PLAIN if name in sent}
        lead |= {name: truth(sent[name]) for name in _FLAGS if name in sent}
        if "quoted_rate" in sent:
            try:
                lead["quoted_rate"] = float(sent["quoted_rate"])
            except ValueError:
                raise Refused("Quoted rate is not a number") from None
        if "caller_phone_number_attributes" in sent:
            lead["caller_phone_number"] = _phone(sent["caller_phone_number_attributes"])
        for field, shown, kind in _CHOSEN:
            if field in sent:
                lead[shown] = _configured(kind, sent[field])
                if field in lead:
                    lead[field] = sent[field]
        for field, kind in _LISTS:
            if field in sent:
                lead[field] = [_configured(kind, one["id"]) for one in sent[field]]
        if "close_reason_id" in sent:
            lead |= {"closed": True, "status": "closed"}
        self._followed_up(lead, sent, facility, at)
        for note in sent.get("notes_attributes") or ():
            held = {"id": self.identity(), "note": note["note"], "created_at": stamp(at, facility)}
            self.notes.setdefault(lead["id"], []).append(held)
        return lead

    def _followed_up(self, lead: Json, sent: Json, facility: Facility, at: datetime) -> None:
        done: Json = dict(lead["lead_action_indexes"])
        if how := sent.get("lead_action_performed"):
            done[how] = sent.get("lead_action_performed_index", done.get(how, 0) + 1)
            lead["lead_action_indexes"] = done
            if lead["status"] == "active":
                lead["status"] = "contacted"
        if following := sent.get("next_lead_action"):
            lead["next_lead_action_index"] = done.get(following, 0) + 1
            lead["next_action_at"] = stamp(at + timedelta(days=1), facility)

    def _reserve(self, lead: Json, sent: Json, facility: Facility, created: str) -> Json:
        unit = lead["unit"]
        if unit is None:
            raise Refused("Missing parameter lead[unit_id]: Required if is_reservation is true")
        group = facility.group(unit["unit_group_id"])
        number = f"{lead['tenant']['account_number']}-1-{self._luck.randrange(10_000)}"
        return {**lead, **reserved(created, group, unit, lead["id"], number)}

    def _pay(self, lead: Json, payment: Json | None, at: str) -> Json:
        if payment is None:
            return lead
        if (method_id := payment.get("payment_method_id")) is not None:
            method = self.methods.get(method_id)
            if method is None:
                raise Refused("Payment method could not be found")
        else:
            method = {
                "id": self.identity(),
                "kind": payment["kind"],
                "first_name": payment["first_name"],
                "last_name": payment["last_name"],
                "reuseable": truth(payment.get("reuseable")),
                "card_number": f"****{payment['card_number'][-4:]}" if "card_number" in payment else None,
                "card_type": payment.get("card_type"),
                "expiration_date": payment.get("expiration_date"),
                "billing_address": payment["billing_address_attributes"],
            }
        if "amount_tendered" in payment and float(payment["amount_tendered"]) < FEE:
            raise Refused("Amount tendered is less than the reservation fee")
        event = payment_event(at, method)
        return {
            **lead,
            "has_paid_reservation_fee": lead["reservation_fee_required"],
            "successful_payment_events": [*lead["successful_payment_events"], event],
        }


def _phone(given: Json) -> Json:
    more: Json = {k: given[k] for k in ("extension", "label") if k in given}
    if "sms_opt_in" in given:
        more["sms_opt_in"] = truth(given["sms_opt_in"])
    return phone_record(given["number"], **more)


def _configured(kind: str, wanted: str) -> Json:
    found = next((one for one in configured(kind) if one["id"] == wanted), None)
    if found is None:
        raise Refused(f"{kind.removesuffix('s').replace('_', ' ').capitalize()} could not be found")
    return found
