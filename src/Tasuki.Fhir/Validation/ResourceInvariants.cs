namespace Tasuki.Fhir.Validation;

/// <summary>The invariants of severity error of the resource types that a record may be of, and of their inner parts.</summary>
internal static class ResourceInvariants
{
    private const string AllergyStatus = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";
    private const string ConditionStatus = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
    private const string ConditionClinical = "http://terminology.hl7.org/CodeSystem/condition-clinical";
    private const string Mistaken = "entered-in-error";

    public static Dictionary<string, Invariant[]> ByType => new(StringComparer.Ordinal)
    {
        ["AllergyIntolerance"] =
        [
            new("ait-1", "has no clinicalStatus and is not said to be entered in error") { Without = "clinicalStatus", Unless = allergy => allergy.Coded("verificationStatus", AllergyStatus, Mistaken) },
            new("ait-2", "has a clinicalStatus and is said to be entered in error") { With = "clinicalStatus verificationStatus", Unless = allergy => !allergy.Coded("verificationStatus", AllergyStatus, Mistaken) },
        ],
        ["Appointment"] =
        [
            new("app-2", "has a start and no end") { With = "start", Without = "end" },
            new("app-2", "has an end and no start") { With = "end", Without = "start" },
            new("app-3", "has no start and is neither proposed, cancelled nor on a waitlist") { Without = "start", Unless = appointment => appointment.Says("status", "proposed", "cancelled", "waitlist") },
            new("app-3", "has no end and is neither proposed, cancelled nor on a waitlist") { With = "start", Without = "end", Unless = appointment => appointment.Says("status", "proposed", "cancelled", "waitlist") },
            new("app-4", "has a cancelationReason and was neither cancelled nor a noshow") { With = "cancelationReason", Unless = appointment => appointment.Says("status", "noshow", "cancelled") },
        ],
        ["Appointment.participant"] = [new("app-1", "has neither a type nor an actor") { Without = "type actor" }],
        ["AuditEvent.entity"] = [new("sev-1", "has both a name and a query") { With = "name query" }],
        ["Bundle"] =
        [
            new("bdl-1", "has a total and is neither a searchset nor a history") { With = "total", Unless = bundle => bundle.Says("type", "searchset", "history") },
            new("bdl-2", "has entries with a search and is no searchset") { With = "entry", Unless = bundle => bundle.Says("type", "searchset") || bundle.None("entry", "search") },
            new("bdl-3", "has entries without a request, or with one that its type does not have")
                { With = "entry", Unless = bundle => bundle.Says("type", "batch", "transaction", "history") ? bundle.All("entry", "request") : bundle.None("entry", "request") },
            new("bdl-4", "has entries without a response, or with one that its type does not have")
                { With = "entry", Unless = bundle => bundle.Says("type", "batch-response", "transaction-response", "history") ? bundle.All("entry", "response") : bundle.None("entry", "response") },
            new("bdl-7", "has two entries of one fullUrl and version") { With = "entry", Unless = bundle => bundle.Says("type", "history") || EntryParts.AreDistinct(bundle) },
            new("bdl-9", "is a document whose identifier has not both a system and a value") { Unless = bundle => !bundle.Says("type", "document") || (bundle.Inner("identifier", "system") && bundle.Inner("identifier", "value")) },
            new("bdl-10", "is a document and has no timestamp") { Without = "timestamp", Unless = bundle => !bundle.Says("type", "document") },
            new("bdl-11", "is a document and does not begin with a Composition") { Unless = bundle => !bundle.Says("type", "document") || EntryParts.BeginWith(bundle, "Composition") },
            new("bdl-12", "is a message and does not begin with a MessageHeader") { Unless = bundle => !bundle.Says("type", "message") || EntryParts.BeginWith(bundle, "MessageHeader") },
        ],
        ["Bundle.entry"] =
        [
            new("bdl-5", "has neither a resource nor a request nor a response") { Without = "resource request response" },
            new("", "has a fullUrl that is no absolute address") { Fault = FaultCode.Format, With = "fullUrl", Unless = entry => entry.Raw("fullUrl") is var url && (url.IsEmpty || url.Contains((byte)':')) },
            new("", "has a fullUrl that does not lead to the type and id of its resource") { Fault = FaultCode.FullUrl, With = "fullUrl resource", Unless = EntryParts.LeadsToItself },
            new("bdl-8", "has a fullUrl of one version") { With = "fullUrl", Unless = entry => entry.Raw("fullUrl").IndexOf("/_history/"u8) < 0 },
        ],
        ["CarePlan.activity"] = [new("cpl-3", "has both a detail and a reference") { With = "detail reference" }],
        ["CareTeam.participant"] = [new("ctm-1", "has an onBehalfOf and a member that is no Practitioner") { With = "onBehalfOf member", Unless = one => one.Target("member") is null or "Practitioner" }],
        ["Composition.section"] =
        [
            new("cmp-1", "has neither a text nor entries nor sections") { Without = "text entry section" },
            new("cmp-2", "has an emptyReason and entries") { With = "emptyReason entry" },
        ],
        ["Condition"] =
        [
            new("con-4", "has abated and its clinicalStatus is not inactive, remission or resolved") { With = "abatement[x]", Unless = condition => condition.Coded("clinicalStatus", ConditionClinical, "resolved", "remission", "inactive") },
            new("con-5", "has a clinicalStatus and is said to be entered in error") { With = "clinicalStatus verificationStatus", Unless = condition => !condition.Coded("verificationStatus", ConditionStatus, Mistaken) },
        ],
        ["Condition.evidence"] = [new("con-2", "has neither a code nor a detail") { Without = "code detail" }],
        ["Condition.stage"] = [new("con-1", "has neither a summary nor an assessment") { Without = "summary assessment" }],
        ["Consent"] = [new("ppc-1", "has neither a policy nor a policyRule") { Without = "policy policyRule" }],
        ["FamilyMemberHistory"] =
        [
            new("fhs-1", "has both an age and a birth") { With = "age[x] born[x]" },
            new("fhs-2", "says that an age is estimated and has none") { With = "estimatedAge", Without = "age[x]" },
        ],
        ["Goal.target"] = [new("gol-1", "has a detail and no measure") { With = "detail[x]", Without = "measure" }],
        ["Immunization.education"] = [new("imm-1", "has neither a documentType nor a reference") { Without = "documentType reference" }],
        ["MedicationAdministration.dosage"] = [new("mad-1", "has neither a dose nor a rate") { Without = "dose rate[x]" }],
        ["MedicationDispense"] = [new("mdd-1", "was handed over before it was prepared") { With = "whenPrepared whenHandedOver", Unless = dispense => !dispense.IsAfter("whenPrepared", "whenHandedOver") }],
        ["Observation"] =
        [
            new("obs-6", "has both a value and a dataAbsentReason") { With = "value[x] dataAbsentReason" },
            new("obs-7", "has a value and a component of the same code") { With = "value[x] code component", Unless = ComponentCodes.Differ },
        ],
        ["Observation.referenceRange"] = [new("obs-3", "has neither a low nor a high nor a text") { Without = "low high text" }],
        ["Organization"] =
        [
            new("org-1", "has neither an identifier nor a name") { Without = "identifier name" },
            new("org-2", "has an address at home") { With = "address", Unless = organization => !organization.AnySays("address", "use", "home") },
            new("org-3", "has a telecom at home") { With = "telecom", Unless = organization => !organization.AnySays("telecom", "use", "home") },
        ],
        ["Patient.contact"] = [new("pat-1", "has neither a name nor a telecom, an address or an organization") { Without = "name telecom address organization" }],
        ["Questionnaire"] = [new("que-2", "has two items of one linkId") { With = "item", Unless = LinkIds.AreDistinct }],
        ["Questionnaire.item"] =
        [
            new("que-1", "is a group without items") { Without = "item", Unless = item => !item.Says("type", "group") },
            new("que-1", "is of type display and has items") { With = "item", Unless = item => !item.Says("type", "display") },
            new("que-3", "is of type display and has a code") { With = "code", Unless = item => !item.Says("type", "display") },
            new("que-4", "has both answerOption and answerValueSet") { With = "answerOption answerValueSet" },
            new("que-5", "has an answerOption, which its type does not have") { With = "answerOption", Unless = TakesAnswers },
            new("que-5", "has an answerValueSet, which its type does not have") { With = "answerValueSet", Without = "answerOption", Unless = TakesAnswers },
            new("que-6", "is of type display and has required") { With = "required", Unless = item => !item.Says("type", "display") },
            new("que-6", "is of type display and has repeats") { With = "repeats", Without = "required", Unless = item => !item.Says("type", "display") },
            new("que-8", "is a group or of type display and has an initial value") { With = "initial", Unless = item => !item.Says("type", "group", "display") },
            new("que-9", "is of type display and has readOnly") { With = "readOnly", Unless = item => !item.Says("type", "display") },
            new("que-10", "has a maxLength, which its type does not have")
                { With = "maxLength", Unless = item => item.Says("type", "boolean", "decimal", "integer", "string", "text", "url", "open-choice") },
            new("que-11", "has both answerOption and initial") { With = "answerOption initial" },
            new("que-12", "has several enableWhen and no enableBehavior") { With = "enableWhen", Without = "enableBehavior", Unless = item => item.Count("enableWhen") <= 2 },
            new("que-13", "has several initial values and does not repeat") { With = "initial", Unless = item => item.Count("initial") <= 1 || item.Raw("repeats").SequenceEqual("true"u8) },
        ],
        ["Questionnaire.item.enableWhen"] = [new("que-7", "asks whether an answer exists and gives no boolean") { With = "operator answer[x]", Unless = when => !when.Says("operator", "exists") || when.Has("answerBoolean") }],
        ["QuestionnaireResponse.item"] = [new("qrs-1", "has both answers and items") { With = "answer item" }],
        ["ServiceRequest"] = [new("prr-1", "has an orderDetail and no code") { With = "orderDetail", Without = "code" }],
    };

    private static bool TakesAnswers(Parts item) =>
        item.Says("type", "choice", "open-choice", "decimal", "integer", "date", "dateTime", "time", "string", "quantity");
}
