"""What Lofty's document says of its 80 operations: parameters, bodies and the fields of answers.

Written from sections 5 and 6 of Lofty's "Lofty service API description". Its newer
specification (https://developer.lofty.com/openapi/openapi.json, August 2026) adds what that document lost: which
fields are required, enumerations, limits, and a few newer names, which are accepted beside the older ones.

A field is written ``name:kind``, with a star after the name where it is required. Kinds are ``text``, ``int``,
``long``, ``number``, ``flag``, ``moment`` (a date-time, or the object of type Timestamp), ``birthday``, ``object``, a
name of :data:`VALUES` or :data:`TYPES`; ``[kind]`` is a list, ``a|b`` either, ``text<=30`` a longest length and
``int{1..100}`` a range. The client has its own models on purpose: a mistake in one is found by the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: how it is called, its section, its query parameters and the type of its body.

    ``spares`` are fields that are required where something is created, but not here.
    """

    method: str
    path: str
    section: str
    query: str = ""
    body: str = ""
    spares: str = ""

    @property
    def name(self) -> str:
        """Such as ``GET /v1.0/notes/{noteId}``."""
        return f"{self.method} {self.path}"


_LEAD_FILTERS: Final = """
    allTags:[text] anyTags:[text] contacted:flag email:text groups:[text] limit:int{1..100} offset:int{0..}
    phone:text scrollId:text segments:[text] source:text stage:[text]
"""
_HISTORY: Final = "leadId*:long currentId:long limit:int{1..1000} offset:int{0..}"

OPERATIONS: Final = (
    Operation("POST", "/v1.0/agent/profile/add", "5.1.1", body="AgentProfile"),
    Operation("GET", "/v1.0/calls", "5.2.1", query="leadId*:long limit:int{1..1000} offset:int{0..}"),
    Operation("GET", "/v1.0/calls/{callId}", "5.2.2"),
    Operation("POST", "/v1.0/agent/communication", "5.3.1", body="CommunicationRequest"),
    Operation("GET", "/v1.0/communication/call", "5.3.2", query=_HISTORY),
    Operation("GET", "/v1.0/communication/call/v2", "5.3.3", query=_HISTORY),
    Operation("GET", "/v1.0/communication/email", "5.3.4", query=_HISTORY),
    Operation("GET", "/v1.0/communication/text", "5.3.5", query=_HISTORY),
    Operation("GET", "/v1.0/routing/member/list/{type}", "5.4.1", query="roleId:int"),
    Operation("GET", "/v1.0/routing/role/list", "5.4.2"),
    Operation("GET", "/v1.0/routing/rule/list/{type}", "5.4.3", query="roleId:int"),
    Operation("GET", "/v1.0/routing/rule/supplement/{type}", "5.4.4", query="roleId:int"),
    Operation("PUT", "/v1.0/routing/rule/supplement/{type}", "5.4.5", body="SupplementRoutingRuleRequest"),
    Operation("PUT", "/v1.0/routing/rule/{type}", "5.4.6", body="RoutingRuleRequest"),
    Operation("PUT", "/v1.0/brokermint/lead", "5.5.1", body="Contacts"),
    Operation("PUT", "/v1.0/brokermint/transaction", "5.5.2", body="IncomingTransaction"),
    Operation("POST", "/v1.0/leads", "5.5.3", query="hideVendorId:long", body="LeadRequest"),
    Operation(
        "GET",
        "/v1.0/leads",
        "5.5.4",
        query=_LEAD_FILTERS
        + """
            assignedUserId:long desc:flag groupIds:[long] key:text languages:[text] otherFilters:text
            preciseSearchFlag:flag querySubGroup:flag returnFields:text roleAssigneeFilters:text segmentIds:[long]
            sort:LeadSort
        """,
    ),
    Operation("POST", "/v1.0/leads/assignee", "5.5.5", body="LeadAssigneeRequest"),
    Operation("GET", "/v1.0/leads/createTime", "5.5.6", query=_LEAD_FILTERS + " leadCreateTime:text"),
    Operation("POST", "/v1.0/leads/specified-url", "5.5.7", body="LinkRequest"),
    Operation("GET", "/v1.0/leads/updateTime", "5.5.8", query=_LEAD_FILTERS + " leadUpdateTime:text"),
    Operation("GET", "/v1.0/leads/{leadId}", "5.5.9", query="withTrash:flag"),
    Operation("PUT", "/v1.0/leads/{leadId}", "5.5.10", body="EditLeadRequest"),
    Operation("DELETE", "/v1.0/leads/{leadId}", "5.5.11", query="reason*:text"),
    Operation("GET", "/v1.0/leads/{leadId}/activities", "5.5.12", query="curPage:int{0..}"),
    Operation("POST", "/v1.0/leads/{leadId}/activity", "5.5.13", body="LeadActivity"),
    Operation("POST", "/v1.0/leads/{leadId}/assignment", "5.5.14", body="[Assignment]"),
    Operation("POST", "/v1.0/leads/{leadId}/inquiry", "5.5.15", body="LeadInquiry"),
    Operation("POST", "/v1.0/leads/{leadId}/property", "5.5.16", body="LeadProperty"),
    Operation("POST", "/v1.0/leads/{leadId}/transaction", "5.5.17", body="LeadTransaction"),
    Operation(
        "POST", "/v1.0/leads/{leadId}/transaction/property/address", "5.5.18", body="LeadTransactionPropertyAddress"
    ),
    Operation("GET", "/v1.0/leads/{leadId}/transaction/{transactionId}", "5.5.19"),
    Operation(
        "PUT",
        "/v1.0/leads/{leadId}/transaction/{transactionId}",
        "5.5.20",
        body="LeadTransaction",
        spares="transactionName",
    ),
    Operation("GET", "/v1.0/leads/{leadId}/transaction/{transactionId}/property/address", "5.5.21"),
    Operation("GET", "/v1.0/leads/{leadId}/transactions", "5.5.22"),
    Operation("GET", "/v1.0/transaction/customfields", "5.5.23"),
    Operation("GET", "/v1.0/me", "5.6.1"),
    Operation("GET", "/v1.0/members", "5.6.2", query="groupIds:[long] limit:int offset:int"),
    Operation("GET", "/v1.0/members/{account}", "5.6.3"),
    Operation("GET", "/v1.0/users/{userId}", "5.6.4"),
    Operation("PUT", "/v1.0/users/{userId}", "5.6.5", body="UserRequest"),
    Operation("POST", "/v1.0/notes", "5.7.1", body="NoteRequest"),
    Operation("GET", "/v1.0/notes", "5.7.2", query="leadId*:long includeSystemNote:flag"),
    Operation("GET", "/v1.0/notes/{noteId}", "5.7.3"),
    Operation("PUT", "/v1.0/notes/{noteId}", "5.7.4", body="NoteRequest", spares="leadId"),
    Operation("DELETE", "/v1.0/notes/{noteId}", "5.7.5"),
    Operation("GET", "/v1.0/appts", "5.8.1", query="leadId*:long"),
    Operation("POST", "/v1.0/tasks", "5.8.2", body="TaskRequest"),
    Operation("GET", "/v1.0/tasks", "5.8.3", query="leadId*:long"),
    Operation("GET", "/v1.0/tasks/{taskId}", "5.8.4"),
    Operation(
        "PUT", "/v1.0/tasks/{taskId}", "5.8.5", body="TaskRequest", spares="assignedRole content deadline leadId type"
    ),
    Operation("DELETE", "/v1.0/tasks/{taskId}", "5.8.6"),
    Operation("GET", "/v1.0/team-features/lead-pond/{id}", "5.9.1"),
    Operation("GET", "/v1.0/team-features/lead-ponds", "5.9.2"),
    Operation("POST", "/v1.0/teamFeatures/custom-field", "5.9.3", body="CustomAttribute"),
    Operation("GET", "/v1.0/teamFeatures/listCustomField", "5.9.4"),
    Operation("GET", "/v1.0/teamFeatures/listTag", "5.9.5"),
    Operation("POST", "/v1.0/agent", "5.10.1", body="AccountRequest"),
    Operation("PUT", "/v1.0/agent", "5.10.2", body="AccountRequest"),
    Operation("GET", "/v1.0/vendor/list", "5.11.1"),
    Operation("GET", "/v1.0/vendor/oauth/token-info/byold", "5.11.2"),
    Operation("POST", "/v1.0/webhook", "5.12.1", body="WebhookRequest"),
    Operation("DELETE", "/v1.0/webhook/{subscribeId}", "5.12.2"),
    Operation("GET", "/v1.0/webhooks", "5.12.3"),
    Operation("GET", "/v1.0/org", "5.13.1"),
    Operation("POST", "/v1.0/org/company", "5.13.2", body="Company"),
    Operation("POST", "/v1.0/org/office", "5.13.3", body="Office"),
    Operation("PUT", "/v1.0/org/office", "5.13.4", body="Office"),
    Operation("GET", "/v1.0/org/permission/profiles", "5.13.5"),
    Operation("POST", "/v1.0/broker/team", "5.14.1", body="BrokerTeam"),
    Operation("DELETE", "/v1.0/broker/team/{id}", "5.14.2"),
    Operation("GET", "/v1.0/getPublishedListings", "5.15.1", query="type*:FeedType"),
    Operation(
        "GET",
        "/v1.0/listing",
        "5.15.2",
        query="""
            agentListings:flag buildingAddress:text buildingName:text limit:int listingId:text
            mlsListingIds:text nextPageKey:text officeListings:flag showCondition:flag soldListingId:text
            street:text userId:long soldNextPageKey:text
        """,
    ),
    Operation("POST", "/v1.0/logType", "5.16.1", body="LogTypeRequest"),
    Operation(
        "GET",
        "/v1.0/logType",
        "5.16.2",
        query="""
            leadId*:long logType*:LogType currentId:long limit:int offset:int sort:LogSort order:LogOrder
        """,
    ),
    Operation("GET", "/v1.0/logType/{logTypeId}", "5.16.3"),
    Operation("DELETE", "/v1.0/logType/{logTypeId}", "5.16.4"),
    Operation("POST", "/v1.0/agent/send-notification", "5.17.1", body="OpportunityNotificationRequest"),
    Operation(
        "GET",
        "/v1.0/systemLogs",
        "5.18.1",
        query="""
            leadId*:long endTime:long pageNumber:int{0..} pageSize:int{1..1000} startTime:long
        """,
    ),
)
"""In the order of section 5."""

NEWER: Final = (
    Operation(
        "GET", "/v1.0/teamFeatures/lead-pipelines", "newer", query="name:text currPage:int{0..} pageSize:int{1..}"
    ),
)
"""Not in the document but in the newer specification: the only way to learn a team's stages."""

PATH_KINDS: Final = {
    "account": "text",
    "type": "RoutingType",
}
"""Kinds of what stands in paths; all else is ``long``."""

VALUES: Final[dict[str, tuple[str | int, ...]]] = {
    "ActivityType": ("Search", "Browse", "Favorite", "Request", "Submission"),
    "AssignedRole": ("Agent", "Assistant", "Lender"),
    "Bound": ("outbound", "inbound"),
    "CalculateType": ("AMOUNT", "PERCENT"),
    "CallingOutcome": ("Talked", "VoiceMessage", "NoAnswer", "BadNumber", "DNCNumber", "DNCContact"),
    "CommunicationType": ("CALL", "TEXT", "EMAIL", "ALL"),
    "CustomFieldType": (
        *("text", "number", "date", "anniversary_date", "single_select", "multi_select", "percentage", "currency"),
    ),
    "FeedType": ("LuxVT", "AptCom", "AllOnMarket"),
    "Language": ("en", "fr", "de", "es", "zh-CN", "zh-TW", "ja"),
    "LeadSort": (
        *("Default", "LastContact", "LastCall", "LastEmail", "LastActivity", "CreateTime", "Inquries", "DeleteTime"),
        *("AssignTime", "Score", "Activity", "Communication", "HasDrip", "HasAlert", "Task", "Lender"),
        *("ActivitySearch", "ActivityViews", "ActivityFavorites", "DripStatus", "DripOpenRate", "AlertFrequency"),
        *("AlertOpenRate", "SCOREV2", "SmartPlanStatus"),
    ),
    "LeadType": (-1, 1, 2, 5, 6, 7, 8, 9),
    "LogOrder": ("asc", "desc"),
    "LogSort": ("createTime", "id"),
    "LogType": ("logCall", "logEmail", "logText"),
    "NotificationType": (
        *(9, 10, 11, 27, 46, 47, 48, 50, 52, 65, 66, 89, 136, 137, 138, 139, 140, 141, 162, 164, 165, 166, 167, 168),
    ),
    "OldLeadType": (-1, 1, 2, 3, 5),
    "OwnershipScope": ("TEAM", "OFFICE", "PERSONAL"),
    "PayType": ("TEAM", "AGENT", "VENDOR_PARTNER", "LEAD", "OTHER", "BROKERAGE", "UPLINE"),
    "PropertyType": (
        *("Single Family Home", "Multi-Family", "Condo", "Townhouse", "Mobile Home", "Manufactured Home"),
        *("Vacant Land", "Commercial"),
    ),
    "RoutingType": (1, 2, 4),
    "TaskRole": ("Agent", "Assistant"),
    "TaskType": ("Other", "Call", "Email", "Text"),
    "TimeFrame": ("1-3", "3-6", "6-12", "12+", "Just Looking", "Refinancing"),
    "TransactionType": ("Purchase", "Listing", "Lease", "Other"),
    "YesNo": ("Yes", "No"),
}
"""Enumerations; the document names most fields that have one, the newer specification their values."""

TYPES: Final = {
    "AccountInfo": """
        emailAddress*:text firstName*:text lastName*:text allowChangeDomain:flag domain:text groupId:long
        headUrl:text permissions:[text] phoneCode:text phoneCountry:text phoneNumber:text roleId:long
        sendingEmail:text tagIds:[long] roleName:text seatTypeName:text
    """,
    "AccountRequest": """
        address:text allowChangeSendingEmailAddress:flag emailAddress:text firstName:text groupId:long lastName:text
        licenseId:text permissions:[text] personalWebsite:text phone:text position:text profileId:long
        selfIntroduction:text sendingEmailAddress:text socialMedias:SocialMedias teamMemberUserId:long
    """,
    "ActiveHours": "activeDays:[int{1..7}] hoursEnd:int{0..23} hoursStart:int{0..23}",
    "AgentInfo": """
        agentPid:text companyAddress:text companyName:text licenseId:text mlsAgentId:text position:text
    """,
    "AgentProfile": """
        accountInfo*:AccountInfo accountType*:int agentPid:text checkRosterNum:flag fullSync:flag hasBackOffice:flag
        personalPhotos:PersonalPhotos shouldSync:flag socialMedias:SocialMedias workInfo:WorkInfo
    """,
    "Assignment": "role*:AssignedRole assiginee:text assignee:text",
    "BrokerTeam": "email:text firstName:text lastName:text phone:text seatLimit:int teamName:text",
    "Commission": """
        calculateType:CalculateType desc:text<=512 id:long payTo:long payToName:text<=255 payType:PayType
        splitPayTo:long splitPayToName:text<=255 splitPayType:PayType value:long
    """,
    "Commissions": "postSplit:[Commission] preSplit:[Commission] split:[Commission]",
    "CommunicationRequest": """
        endTime*:long startTime*:long type*:CommunicationType limit:int{1..1000} offset:int{0..} teamView:flag
    """,
    "Company": """
        city:text email:text header:text name:text phone:text phoneCode:text phoneCountry:text state:text
        streetAddress:text teamId:long zipcode:text
    """,
    "Contacts": """
        address:text bmPrivate:flag city:text contactType:text email:text externalId:text firstName:text
        lastName:text leadSource:text phone:text state:text zip:text
    """,
    "CustomAttribute": "attributeName*:text attributeType:CustomFieldType params:text value:text",
    "CustomFieldRequest": "id:long value:text",
    "EditLeadRequest": """
        assignedUserId:long birthday:birthday buyHouse:YesNo buyingTimeFrame:TimeFrame cannotCall:flag
        cannotEmail:flag cannotText:flag city:text customAttributeList:[CustomAttribute] emails:[text]
        firstName:text<=30 fthb:YesNo groups:[text<=30] houseToSell:YesNo inquiry:LeadInquiry isPrivate:flag
        language:Language lastName:text<=30 leadFamilyMemberList:[LeadFamilyMember] leadTransaction:LeadTransaction
        leadType:OldLeadType leadTypes:[LeadType] mortgage:YesNo phones:[text<=20] preQual:YesNo
        property:LeadProperty referredBy:text segments:[text<=30] sellingTimeFrame:TimeFrame source:text
        stage:text<=19 state:text streetAddress:text tags:[text<=64] tagsAdd:[text<=64] unsubscription:flag
        withBuyerAgent:YesNo withListingAgent:YesNo zipCode:text isHidden:flag ownershipId:long
        ownershipScope:OwnershipScope tagsRemove:[text<=64] clearAllTags:flag
    """,
    "FileInfo": "contentType:text fileName:text queryLink:text size:int",
    "IncomingTransaction": """
        id*:long acceptanceDate:moment address:text agentId:long agentName:text city:text closedAt:moment
        closingDate:moment expirationDate:moment price:number representing:text state:text status:text
        transactionType:TransactionType zip:text
    """,
    "Item": "name:text type:text value:text",
    "LeadActivity": """
        created*:long link*:text picture*:text text*:text type*:ActivityType listing:LeadProperty pageName:text
        scheduledDate:text
    """,
    "LeadAssigneeRequest": "email*:text firstName*:text birthday:birthday lastName:text phone:text<=20",
    "LeadFamilyMember": """
        firstName*:text birthday:birthday emails:[text] lastName:text phones:[text<=20] relationship:text
    """,
    "LeadInquiry": """
        bathroomsMax:text bathroomsMin:text bedroomsMax:int bedroomsMin:int createTime:moment id:long
        leadUserId:long locations:[Location] modifyByAgent:flag priceMax:long priceMin:long
        propertyType:[PropertyType] updateTime:moment defaultValue:flag
    """,
    "LeadProperty": """
        autoListingId:long bathrooms:number bedrooms:int city:text county:text floors:int id:long label:text
        labelList:text labelType:text leadUserId:long listingId:text listingStatus:text lotSize:number
        mailAddress:flag note:text parkingSpace:long pictureUrl:text price:long priceMax:long priceMin:long
        propertyType:PropertyType siteListingUrl:text squareFeet:long state:text streetAddress:text zipCode:text
    """,
    "LeadRequest": """
        firstName*:text<=30 assignGroupId:long assignedUserId:long birthday:birthday buyHouse:YesNo
        buyingTimeFrame:TimeFrame cannotCall:flag cannotEmail:flag cannotText:flag city:text content:text
        customAttributeList:[CustomAttribute] emails:[text] fthb:YesNo groups:[text<=30] houseToSell:YesNo
        inquiry:LeadInquiry isPin:flag isPrivate:flag language:Language lastName:text<=30 leadAlert:flag
        leadFamilyMemberList:[LeadFamilyMember] leadRouting:flag leadTransaction:LeadTransaction
        leadType:OldLeadType leadTypes:[LeadType] mortgage:YesNo phones:[text<=20] preQual:YesNo
        property:LeadProperty referredBy:text segments:[text<=30] sellingTimeFrame:TimeFrame source:text
        stage:text<=19 state:text streetAddress:text tags:[text<=64] tagsAdd:[text<=64] unsubscription:flag
        welcomeEmail:flag withBuyerAgent:YesNo withListingAgent:YesNo zipCode:text ownershipId:long
        ownershipScope:OwnershipScope defaultInquiryParam:flag specifiedAssignGroupId:flag
    """,
    "LeadTransaction": """
        transactionName*:text agentRevenue:number agreementSignedDate:long appointmentDate:long appraisalDate:long
        assignedAgent:long closeDate:long commissionRate:number commissions:Commissions contractDate:long
        created:long customFields:[CustomFieldRequest] escrowDate:long expectedCloseDate:long expiration:long
        gci:number homeInspectionDate:long homePrice:number leadName:text offerDate:long teamRevenue:number
        transactionId:long transactionStatus:text transactionType:TransactionType updated:long
    """,
    "LeadTransactionPropertyAddress": """
        transactionId*:long city:text county:text label:text state:text streetAddress:text unit:text zipCode:text
    """,
    "LinkRequest": "leadId:long loftyWebsiteURL:text",
    "Location": """
        city:text county:text description:text stateCode:text streetAddress:text zipCode:text
    """,
    "LogTypeRequest": """
        content*:text leadId*:long logType*:LogType callingOutcome:CallingOutcome isPin:flag
        leadPhoneNumber:text<=20 outboundOrInbound:Bound emailSubject:text toEmail:text fromEmail:text
    """,
    "MemberWeight": "firstName:text lastName:text memberId:long weight:int",
    "NoteRequest": "content*:text isPin*:flag leadId*:long",
    "Office": """
        allowManageSub:flag city:text email:text id:long name:text parentId:long phone:text phoneCode:text
        phoneCountry:text state:text streetAddress:text websiteOwnerId:long zipcode:text
    """,
    "OpportunityNotificationRequest": """
        leadId*:long notificationType*:NotificationType description:text link:text message:text
    """,
    "PersonalPhotos": "urls:[text]",
    "RoutingRuleRequest": "id*:long activeHours:ActiveHours routingStrategy:RoutingStrategy",
    "RoutingStrategy": """
        groupId:long groupName:text memberWeights:[MemberWeight]|object strategyType:int touchMinutes:int
    """,
    "SocialMedias": "items:[Item]",
    "SupplementRoutingRuleRequest": """
        assigneeAgentId:long assigneeGroupId:long roleId:int strategyType:int touchMinutes:int
    """,
    "TaskRequest": """
        assignedRole*:TaskRole content*:text deadline*:long leadId*:long type*:TaskType finishFlag:flag
    """,
    "UserRequest": """
        agentInfo:AgentInfo email:text firstName:text headPortrait:text lastName:text phoneNumber:text
        timeZoneId:text
    """,
    "WebhookRequest": "callbackUrl*:text listId*:int{1..12} limit:int{1..5000} permissionMode:int{0..1}",
    "WorkInfo": """
        address:text companyAddress:text companyName:text licenseId:text personalAttachments:[FileInfo]
        personalDisclaimers:[FileInfo] personalIntroduction:text personalWebsite:text position:text
        streetAddress:text city:text country:text state:text zipcode:text
    """,
}
"""Types of bodies (section 6), by the document's names without the endings ``Req`` and ``OpenVo``."""
