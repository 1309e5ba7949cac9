"""The fields of what Lofty answers, by the document's type (section 6). A record never has others."""

from __future__ import annotations

from typing import Any, Final

_FIELDS: Final = {
    "AccountResponse": """
        agentId allowChangeSendingEmailAddress emailAddress firstName groupId lastName permissions phone profileId
        seatType sendingEmailAddress teamId
    """,
    "AgentInfo": "agentPid companyAddress companyName licenseId mlsAgentId position",
    "Appointment": """
        address allDay assignRoleType assignToUid createTime creatorId deadline deleteFlag descr endTime finishFlag
        finishTime id lastUpdate leadId overdue
    """,
    "AssignMember": "id name type",
    "AssignRole": "id name",
    "CallHistory": "agentId createTime direction id leadId leadPhoneNumber",
    "CallListResponse": "_metadata calls",
    "CallResponse": """
        agentId callingOutcome createTime dialerCallRecordId direction duration elapsedTime endTime id
        isMachineAnswered leadId leadPhoneNumber note price rateScore recordingSwitch showUserNumber startTime
        status updateTime userId userPhoneNumber
    """,
    "Commission": """
        calculateType desc id payTo payToName payType splitPayTo splitPayToName splitPayType value
    """,
    "Commissions": "postSplit preSplit split",
    "CommunicationResponse": """
        agentId callDuration callOutcome communicationTime communicationType direction eventType fromPond id leadId
        status
    """,
    "CustomAttribute": "attributeName attributeType params value",
    "CustomFieldRequest": "id value",
    "CustomFieldResponse": "id name params type",
    "CustomRole": "assignee assigneeId role roleId",
    "CustomRoleAssignee": "agentFullName assignee assigneeId permissionProfileName role roleId",
    "EmailResponse": "agentId direction emailEventTime emailSubject emailType eventType fromPond id leadId",
    "LeadActivityRes": "created link listing pageName picture scheduledDate text type",
    "LeadCustomRoleAssigneeInfo": "customRoleAssignees firstName lastName leadId leadUserId",
    "LeadFamilyMember": "birthday emails firstName lastName phones relationship",
    "LeadInquiryRes": """
        bathroomsMax bathroomsMin bedroomsMax bedroomsMin createTime defaultValue id leadUserId locations
        modifyByAgent priceMax priceMin propertyType updateTime
    """,
    "LeadListResponse": "_metadata leads",
    "LeadPond": "agentIds id pondName pondOwnerId",
    "LeadPropertyRes": """
        autoListingId bathrooms bedrooms city county floors id label labelList labelType leadUserId listingId
        listingStatus lotSize mailAddress note parkingSpace pictureUrl price propertyType siteListingUrl squareFeet
        state streetAddress zipCode
    """,
    "LeadResponse": """
        assignCompletionStatus assignTime assignedUser assignedUserId birthday buyHouse buyingTimeFrame cannotCall
        cannotEmail cannotText city createTime customAttributes customRoleList emails facebook firstName fthb groups
        houseToSell language lastName lastTouch lastUpdateTime lastVisit leadFamilyMemberList leadId leadInquiry
        leadPropertyList leadSource leadType leadTypes leadUserId lenderUserId mortgage opportunity phoneStatuses
        phones pondId pondName preQual privateFlag referredBy score segments sellingTimeFrame source stage stageId
        state streetAddress tags teamId twitter unsubscription withBuyerAgent withListingAgent zipCode
    """,
    "LeadTransaction": """
        agentRevenue agreementSignedDate appointmentDate appraisalDate assignedAgent closeDate commissionRate
        commissions contractDate created customFields escrowDate expectedCloseDate expiration gci homeInspectionDate
        homePrice leadName offerDate teamRevenue transactionId transactionName transactionStatus transactionType
        updated
    """,
    "LeadTransactionPropertyAddress": "city county label state streetAddress transactionId unit zipCode",
    "Location": "city county description stateCode streetAddress zipCode",
    "LogTypeResponse": "agentId callingOutcome createTime id isPin leadId leadPhoneNumber outboundOrInbound",
    "MemberListResponse": "_metadata members",
    "MetaData": "collection limit offset scrollId total",
    "NoteResponse": """
        content createTime creatorId creatorName deleteFlag id isPin lastEditorId lastEditorName lastUpdate leadId
        noteId systemNote
    """,
    "OauthTokenInfo": "refreshToken refreshTokenExpireTime token tokenExpireTime",
    "OrganizationInfo": "enterpriseInfo multiTeamInfo orgType",
    "PageResult": "hasMore limit offset pageData",
    "PermissionProfile": "id name",
    "Result_long_": "data errorCode errorData errorMsg",
    "RoutingRule": """
        activeHours groupMatchType groupNames id leadType leadTypeFilters locationRule name phone priceMax priceMin
        routingStrategy ruleSwitch sourceMatchType sourceName tagMatchType tagNames updateTime
    """,
    "SupplementRoutingRule": """
        assigneeAgentId assigneeAgentName assigneeGroupId assigneeGroupName businessType roleId strategyType
        touchMinutes updateTime
    """,
    "SystemLogResponse": """
        agentId canSticky content createTime fromFirstName fromId fromLastName fromType id leadFullName leadId
        sticky timelineTime timelineType toFirstName toId toLastName toType updateTime
    """,
    "TaskResponse": """
        assignedRole assignedUser assignedUserId body content createTime creatorId deadline deleteFlag finishFlag
        finishTime id lastUpdate leadEmail leadFirstName leadId leadLastName leadName leadPhone leadUserId
        overdueFlag pipelineId queryId queryInfo reminderType subject teamId type
    """,
    "TextResponse": "agentId direction id leadId textOutcome textTime textType",
    "Timestamp": "date day hours minutes month nanos seconds time timezoneOffset year",
    "UserLeadTag": "createTime creatorUserId leadId tagId tagName updateTime visibleType",
    "UserLeadTagVo": "createTime creatorUserId leadId tagId tagName updateTime visibleType",
    "UserResponse": """
        accountStatus agentInfo assignedLeadCount email firstLetter firstName groupId groupName id invitorUserId
        isAdmin lastName memberUserId newLeadCount phoneNumber role roleName status timeZoneId virtualNumber
    """,
    "VendorInfo": """
        agentUserId companyAddress companyName email firstName id lastName phoneCode phoneCountry phoneNumber
        roleName
    """,
    "WebhookResponse": "callbackUrl limit listId subscribeId teamId vendorId",
}

RECORDS: Final = {name: tuple(fields.split()) for name, fields in _FIELDS.items()}


def record(kind: str, **values: Any) -> dict[str, Any]:
    """A record of a documented type: all its fields, ``None`` where nothing is given. KeyError: no such field."""
    made: dict[str, Any] = dict.fromkeys(RECORDS[kind])
    unknown = values.keys() - made.keys()
    if unknown:
        raise KeyError(f"{kind} has no field {', '.join(sorted(unknown))}")
    made.update(values)
    return made
