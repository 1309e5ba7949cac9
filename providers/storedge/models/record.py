"""What answers hold: a lead with its tenant, unit and group. What is not named here counts as contact data.

Payment data, identity documents, birth dates, military information, vehicles and codes of locks are dropped.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from providers.action import Refers
from providers.lead import Privacy
from providers.provider import CLOSE_REASON
from providers.storedge.models.listing import Moment
from providers.storedge.models.wire import (
    DISCOUNT_PLAN,
    FACILITY,
    LENGTH_OF_STAY,
    TENANT,
    UNIT,
    Contact,
    Flag,
    Gives,
    Number,
    Public,
    Unspoken,
)

When = Annotated[Moment | None, Privacy.PUBLIC]


class Named(Gives):
    """Something with an id and a name."""

    id: Public = Field(default=None, title="Id")
    name: Public = Field(default=None, title="Name")


class Phone(Gives):
    """One of a tenant's numbers."""

    formatted_number: Contact = Field(default=None, title="Phone")
    label: Public = Field(default=None, title="Kind")
    sms_opt_in: Flag = Field(default=None, title="May be texted")


class Preferences(Gives):
    """What a tenant agreed to."""

    opt_in_to_marketing_emails: Flag = Field(default=None, title="Marketing by e-mail")
    opt_in_to_marketing_sms: Flag = Field(default=None, title="Marketing by text")
    opt_in_to_transactional_sms: Flag = Field(default=None, title="Texts about the lease")


class Tenant(Gives):
    """``tenant``."""

    first_name: Public = Field(default=None, title="First name")
    last_name: Contact = Field(default=None, title="Last name")
    email: Contact = Field(default=None, title="E-mail")
    phone_numbers: list[Phone] | None = Field(default=None, title="Phones")
    account_number: Public = Field(default=None, title="Account number")
    business_name: Contact = Field(default=None, title="Business")
    preferences: Preferences | None = Field(default=None, title="Preferences")
    id: Annotated[str | None, Refers(TENANT), Privacy.PUBLIC] = Field(default=None, title="Tenant")
    is_military: Unspoken = None
    military_information: Unspoken = None
    date_of_birth: Unspoken = None
    drivers_license_number: Unspoken = None
    drivers_license_state: Unspoken = None
    vehicle_license_plate_number: Unspoken = None
    vehicle_license_state: Unspoken = None
    vehicle_description: Unspoken = None
    username: Unspoken = None
    delinquent: Unspoken = None
    tax_exempt: Unspoken = None
    blocked_payments: Unspoken = None
    gate_24_hour_access: Unspoken = None
    password_recovery_question_ids: Unspoken = None
    payment_methods: Unspoken = None
    payment_method: Unspoken = None
    social_security_number: Unspoken = None


class Unit(Gives):
    """``unit``."""

    name: Public = Field(default=None, title="Unit")
    size: Public = Field(default=None, title="Size")
    price: Number = Field(default=None, title="Price a month")
    floor: Public = Field(default=None, title="Floor")
    status: Public = Field(default=None, title="Status")
    unit_type: Annotated[Named | None, Privacy.PUBLIC] = Field(default=None, title="Kind of unit")
    combo_lock_group: Unspoken = None
    combination_lock_number: Unspoken = None
    overlock_lock_number: Unspoken = None
    current_tenant_id: Unspoken = None
    current_ledger_id: Unspoken = None
    payment_status: Unspoken = None


class UnitGroup(Gives):
    """``unit_group``."""

    name: Public = Field(default=None, title="Group")
    size: Public = Field(default=None, title="Size")
    standard_rate: Number = Field(default=None, title="Standard rate")
    reduced_price: Number = Field(default=None, title="Reduced price")
    due_at_move_in: Number = Field(default=None, title="Due at move-in")
    available_units_count: Public = Field(default=None, title="Units available")


class LeadRecord(Gives):
    """``lead``."""

    what_next: Public = Field(default=None, title="What to do next")
    """Ours: the API does not send it."""
    online_move_in_url: Contact = Field(default=None, title="Online move-in link")
    move_in_from_reservation_url: Contact = Field(default=None, title="Link to move in from the reservation")
    tenant: Annotated[Tenant | None, Privacy.PUBLIC] = Field(default=None, title="Tenant")
    status: Public = Field(default=None, title="Status")
    confirmation_number: Contact = Field(default=None, title="Confirmation number")
    desired_unit_size_and_price: Public = Field(default=None, title="Size and price")
    unit: Annotated[Unit | None, Privacy.PUBLIC] = Field(default=None, title="Unit")
    size: Public = Field(default=None, title="Size")
    quoted_rate: Number = Field(default=None, title="Quoted rate")
    rate_type: Public = Field(default=None, title="Kind of rate")
    desired_move_in_date: Public = Field(default=None, title="Wants to move in on")
    source_name: Public = Field(default=None, title="Source")
    kind: Public = Field(default=None, title="Came by")
    origination: Public = Field(default=None, title="Came as")
    next_lead_action: Public = Field(default=None, title="Next action")
    next_action_at: When = Field(default=None, title="Next action at")
    due_at_move_in: Number = Field(default=None, title="Due at move-in")
    due_monthly: Number = Field(default=None, title="Due monthly")
    reservation_fee_required: Flag = Field(default=None, title="Reservation fee required")
    has_paid_reservation_fee: Flag = Field(default=None, title="Reservation fee paid")
    urgent: Flag = Field(default=None, title="Urgent")
    closed: Flag = Field(default=None, title="Closed")
    close_reason: Annotated[Named | None, Privacy.PUBLIC] = Field(default=None, title="Reason for closing")
    close_reason_id: Annotated[str | None, Refers(CLOSE_REASON), Privacy.PUBLIC] = Field(
        default=None, title="Reason for closing"
    )
    length_of_stay_id: Annotated[str | None, Refers(LENGTH_OF_STAY), Privacy.PUBLIC] = Field(
        default=None, title="Length of stay"
    )
    unit_id: Annotated[str | None, Refers(UNIT), Privacy.PUBLIC] = Field(default=None, title="Unit")
    discount_plans: list[Named] | None = Field(default=None, title="Discount plans")
    discount_plan_id: Annotated[str | None, Refers(DISCOUNT_PLAN), Privacy.PUBLIC] = Field(
        default=None, title="Discount plan"
    )
    lead_contents: list[Named] | None = Field(default=None, title="Marketing contents")
    unit_group: Annotated[UnitGroup | None, Privacy.PUBLIC] = Field(default=None, title="Unit group")
    caller_first_name: Contact = Field(default=None, title="Caller's first name")
    caller_last_name: Contact = Field(default=None, title="Caller's last name")
    created_at: When = Field(default=None, title="Created")
    reserved_at: When = Field(default=None, title="Reserved")
    cancelled_at: When = Field(default=None, title="Cancelled")
    moved_in_at: When = Field(default=None, title="Moved in")
    facility_id: Annotated[str | None, Refers(FACILITY), Privacy.PUBLIC] = Field(default=None, title="Facility")
    facility_time_zone: Public = Field(default=None, title="Time zone of the facility")
    id: Public = Field(default=None, title="Lead id")
    payment_method: Unspoken = None
    payment_methods: Unspoken = None
    successful_payment_events: Unspoken = None
    payment_events: Unspoken = None
    extra_details: Unspoken = None
