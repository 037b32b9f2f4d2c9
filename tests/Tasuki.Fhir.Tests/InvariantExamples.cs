namespace Tasuki.Fhir.Tests;

/// <summary>For each invariant of R4 that the validator knows: a resource that meets it, and one that breaks it and no other.</summary>
internal static class InvariantExamples
{
    private const string Observation = "\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"1-8\"}]}";
    private const string Basic = "\"resourceType\":\"Basic\",\"code\":{\"text\":\"x\"}";
    private const string Condition = "\"resourceType\":\"Condition\",\"subject\":{\"reference\":\"Patient/1\"}";
    private const string Clinical = "\"clinicalStatus\":{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/condition-clinical\",\"code\":\"CODE\"}]}";
    private const string Mistaken = "\"verificationStatus\":{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/condition-ver-status\",\"code\":\"entered-in-error\"}]}";
    private const string Allergy = "\"resourceType\":\"AllergyIntolerance\",\"patient\":{\"reference\":\"Patient/1\"}";
    private const string AllergyMistaken = "\"verificationStatus\":{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/allergyintolerance-verification\",\"code\":\"entered-in-error\"}]}";
    private const string AllergyActive = "\"clinicalStatus\":{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical\",\"code\":\"active\"}]}";
    private const string Appointment = "\"resourceType\":\"Appointment\"";
    private const string Person = "\"participant\":[{\"actor\":{\"reference\":\"Patient/1\"},\"status\":\"accepted\"}]";
    private const string When = "\"start\":\"2026-04-01T09:00:00Z\",\"end\":\"2026-04-01T10:00:00Z\"";
    private const string Bundle = "\"resourceType\":\"Bundle\"";
    private const string Questionnaire = "\"resourceType\":\"Questionnaire\",\"status\":\"draft\"";
    private const string Narrative = "\"text\":{\"status\":\"generated\",\"div\":\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">TEXT</div>\"}";
    private const string Request = "\"request\":{\"method\":\"GET\",\"url\":\"a\"}";
    private const string Response = "\"response\":{\"status\":\"200\"}";

    public static readonly IReadOnlyList<(string Key, string Right, string Broken)> All =
    [
        Value("age-1", "Age", "\"value\":3,\"system\":\"http://unitsofmeasure.org\",\"code\":\"a\"", "\"value\":3,\"unit\":\"a\""),
        Value("age-1", "Age", "\"value\":3,\"system\":\"http://unitsofmeasure.org\",\"code\":\"a\"", "\"value\":3,\"system\":\"http://example.org\",\"code\":\"a\""),
        Value("age-1", "Age", "\"value\":3,\"system\":\"http://unitsofmeasure.org\",\"code\":\"a\"", "\"value\":0,\"system\":\"http://unitsofmeasure.org\",\"code\":\"a\""),
        Value("cnt-3", "Count", "\"value\":3,\"system\":\"http://unitsofmeasure.org\",\"code\":\"1\"", "\"value\":3"),
        Value("cnt-3", "Count", "\"value\":3,\"system\":\"http://unitsofmeasure.org\",\"code\":\"1\"", "\"value\":3,\"system\":\"http://example.org\",\"code\":\"1\""),
        Value("cnt-3", "Count", "\"value\":3,\"system\":\"http://unitsofmeasure.org\",\"code\":\"1\"", "\"value\":3,\"system\":\"http://unitsofmeasure.org\",\"code\":\"a\""),
        Value("cnt-3", "Count", "\"value\":3,\"system\":\"http://unitsofmeasure.org\",\"code\":\"1\"", "\"value\":3.5,\"system\":\"http://unitsofmeasure.org\",\"code\":\"1\""),
        Value("dis-1", "Distance", "\"value\":3,\"system\":\"http://unitsofmeasure.org\",\"code\":\"m\"", "\"value\":3"),
        Value("dis-1", "Distance", "\"value\":3,\"system\":\"http://unitsofmeasure.org\",\"code\":\"m\"", "\"value\":3,\"system\":\"http://example.org\",\"code\":\"m\""),
        Value("drt-1", "Duration", "\"value\":3,\"system\":\"http://unitsofmeasure.org\",\"code\":\"h\"", "\"system\":\"http://unitsofmeasure.org\",\"code\":\"h\""),
        Value("drt-1", "Duration", "\"value\":3,\"system\":\"http://unitsofmeasure.org\",\"code\":\"h\"", "\"value\":3,\"system\":\"http://example.org\",\"code\":\"h\""),
        Value("qty-3", "Quantity", "\"value\":3,\"system\":\"http://unitsofmeasure.org\",\"code\":\"kg\"", "\"value\":3,\"code\":\"kg\""),
        Value("rng-2", "Range", "\"low\":{\"value\":1,\"system\":\"http://unitsofmeasure.org\",\"code\":\"kg\"},\"high\":{\"value\":2,\"system\":\"http://unitsofmeasure.org\",\"code\":\"kg\"}", "\"low\":{\"value\":3,\"system\":\"http://unitsofmeasure.org\",\"code\":\"kg\"},\"high\":{\"value\":2,\"system\":\"http://unitsofmeasure.org\",\"code\":\"kg\"}"),
        Value("sqty-1", "Range", "\"low\":{\"value\":1}", "\"low\":{\"value\":1,\"comparator\":\">\"}"),
        Value("rat-1", "Ratio", "\"numerator\":{\"value\":1},\"denominator\":{\"value\":2}", "\"numerator\":{\"value\":1}"),
        Value("rat-1", "Ratio", "\"numerator\":{\"value\":1},\"denominator\":{\"value\":2}", "\"denominator\":{\"value\":1}"),
        Value("per-1", "Period", "\"start\":\"2026-04-01\",\"end\":\"2026-04\"", "\"start\":\"2026-04-02\",\"end\":\"2026-04-01\""),
        Value("per-1", "Period", "\"start\":\"2026-04-01T10:00:00+09:00\",\"end\":\"2026-04-01T01:00:00Z\"", "\"start\":\"2026-04-01T10:00:01+09:00\",\"end\":\"2026-04-01T01:00:00Z\""),
        Value("per-1", "Period", "\"start\":\"2026\",\"end\":\"2026\"", "\"start\":\"2026-05\",\"end\":\"2025\""),
        Value("att-1", "Attachment", "\"data\":\"aGVsbG8=\",\"contentType\":\"text/plain\"", "\"data\":\"aGVsbG8=\""),
        Value("cpt-2", "ContactPoint", "\"system\":\"phone\",\"value\":\"1\"", "\"value\":\"1\""),
        Value("exp-1", "Expression", "\"language\":\"text/cql\",\"expression\":\"x\"", "\"language\":\"text/cql\""),
        Value("drq-1", "DataRequirement", "\"type\":\"Patient\",\"codeFilter\":[{\"path\":\"a\"}]", "\"type\":\"Patient\",\"codeFilter\":[{\"path\":\"a\",\"searchParam\":\"b\"}]"),
        Value("drq-1", "DataRequirement", "\"type\":\"Patient\",\"codeFilter\":[{\"searchParam\":\"a\"}]", "\"type\":\"Patient\",\"codeFilter\":[{\"code\":[{\"code\":\"a\"}]}]"),
        Value("drq-2", "DataRequirement", "\"type\":\"Patient\",\"dateFilter\":[{\"path\":\"a\"}]", "\"type\":\"Patient\",\"dateFilter\":[{\"path\":\"a\",\"searchParam\":\"b\"}]"),
        Value("drq-2", "DataRequirement", "\"type\":\"Patient\",\"dateFilter\":[{\"searchParam\":\"a\"}]", "\"type\":\"Patient\",\"dateFilter\":[{\"valueDateTime\":\"2026\"}]"),
        Value("trd-1", "TriggerDefinition", "\"type\":\"data-added\",\"data\":[{\"type\":\"Patient\"}]", "\"type\":\"data-added\",\"data\":[{\"type\":\"Patient\"}],\"timingDate\":\"2026-04-01\""),
        Value("trd-2", "TriggerDefinition", "\"type\":\"data-added\",\"data\":[{\"type\":\"Patient\"}],\"condition\":{\"language\":\"text/cql\",\"expression\":\"x\"}", "\"type\":\"named-event\",\"name\":\"a\",\"condition\":{\"language\":\"text/cql\",\"expression\":\"x\"}"),
        Value("trd-3", "TriggerDefinition", "\"type\":\"named-event\",\"name\":\"a\"", "\"type\":\"named-event\""),
        Value("trd-3", "TriggerDefinition", "\"type\":\"periodic\",\"timingDate\":\"2026-04-01\"", "\"type\":\"periodic\""),
        Value("trd-3", "TriggerDefinition", "\"type\":\"data-added\",\"data\":[{\"type\":\"Patient\"}]", "\"type\":\"data-added\""),
        Repeat("tim-1", "\"duration\":1,\"durationUnit\":\"h\"", "\"duration\":1"),
        Repeat("tim-2", "\"period\":1,\"periodUnit\":\"d\"", "\"period\":1"),
        Repeat("tim-4", "\"duration\":0,\"durationUnit\":\"h\"", "\"duration\":-1,\"durationUnit\":\"h\""),
        Repeat("tim-5", "\"period\":0,\"periodUnit\":\"h\"", "\"period\":-1,\"periodUnit\":\"h\""),
        Repeat("tim-6", "\"period\":1,\"periodMax\":2,\"periodUnit\":\"h\"", "\"periodMax\":2,\"periodUnit\":\"h\""),
        Repeat("tim-7", "\"duration\":1,\"durationMax\":2,\"durationUnit\":\"h\"", "\"durationMax\":2,\"durationUnit\":\"h\""),
        Repeat("tim-8", "\"count\":1,\"countMax\":2", "\"countMax\":2"),
        Repeat("tim-9", "\"offset\":1,\"when\":[\"AC\"]", "\"offset\":1"),
        Repeat("tim-9", "\"offset\":1,\"when\":[\"ACM\"]", "\"offset\":1,\"when\":[\"AC\",\"CM\"]"),
        Repeat("tim-10", "\"timeOfDay\":[\"10:00:00\"]", "\"timeOfDay\":[\"10:00:00\"],\"when\":[\"AC\"]"),
        ("ext-1", $$$$"""{{{{{Basic}}}},"extension":[{"url":"u","extension":[{"url":"v","valueCode":"a"}]}]}""", $$$$"""{{{{{Basic}}}},"extension":[{"url":"u"}]}"""),
        ("ext-1", $$$$"""{{{{{Basic}}}},"extension":[{"url":"u","_valueString":{"extension":[{"url":"v","valueCode":"a"}]}}]}""", $$$$"""{{{{{Basic}}}},"extension":[{"url":"u","valueCode":"b","extension":[{"url":"v","valueCode":"a"}]}]}"""),
        ("ele-1", $$$$"""{{{{{Basic}}}},"subject":{"id":"a","display":"b"}}""", $$$$"""{{{{{Basic}}}},"subject":{"id":"a"}}"""),
        ("ele-1", $$$$"""{{{{{Basic}}}},"_created":{"id":"a","extension":[{"url":"u","valueCode":"b"}]}}""", $$$$"""{{{{{Basic}}}},"_created":{"id":"a"}}"""),
        ("ele-1", """{"resourceType":"Patient","name":[{"given":["a","b"],"_given":[null,{"id":"1"}]}]}""", """{"resourceType":"Patient","name":[{"given":["a",null],"_given":[null,{"id":"1"}]}]}"""),
        ("txt-1", $$$$"""{{{{{Basic}}}},{{{{Narrative}}}}}""", $$$$"""{{{{{Basic}}}},{{{{Narrative.Replace("TEXT", "a<script>b</script>", StringComparison.Ordinal)}}}}}"""),
        ("txt-2", $$$$"""{{{{{Basic}}}},{{{{Narrative.Replace("TEXT", "<p title=\\\">\\\">a</p>", StringComparison.Ordinal)}}}}}""", $$$$"""{{{{{Basic}}}},{{{{Narrative.Replace("TEXT", " <p title=\\\"> a\\\"> </p><!-- a -->", StringComparison.Ordinal)}}}}}"""),
        ("ref-1", $$$$"""{{{{{Basic}}}},"contained":[{"resourceType":"Provenance","id":"o","target":[{"reference":"#"}],"recorded":"2026-04-01T09:00:00Z","agent":[{"who":{"display":"x"}}]}]}""", $$$$"""{{{{{Basic}}}},"subject":{"reference":"#"}}"""),
        ("ref-1", $$$$"""{{{{{Basic}}}},"contained":[{"resourceType":"Patient","id":"a","gender":"male"}],"subject":{"reference":"#a"}}""", $$$$"""{{{{{Basic}}}},"subject":{"reference":"#a"}}"""),
        ("dom-2", $$$$"""{{{{{Basic}}}},"subject":{"reference":"#a"},"contained":[{"resourceType":"Patient","id":"a","gender":"male"}]}""",
            $$$$"""{{{{{Basic}}}},"subject":{"reference":"#a"},"contained":[{"resourceType":"Patient","id":"a","managingOrganization":{"reference":"#b"},"contained":[{"resourceType":"Organization","id":"b","name":"x"}]},{"resourceType":"Organization","id":"b","name":"x"}]}"""),
        ("dom-3", """{"resourceType":"QuestionnaireResponse","status":"completed","questionnaire":"#q","contained":[{"resourceType":"Questionnaire","id":"q","status":"draft"}]}""", $$$$"""{{{{{Basic}}}},"contained":[{"resourceType":"Patient","id":"a","gender":"male"}]}"""),
        ("dom-4", $$$$"""{{{{{Basic}}}},"subject":{"reference":"#a"},"contained":[{"resourceType":"Patient","id":"a","meta":{"source":"u"}}]}""", $$$$"""{{{{{Basic}}}},"subject":{"reference":"#a"},"contained":[{"resourceType":"Patient","id":"a","meta":{"versionId":"1"}}]}"""),
        ("dom-5", $$$$"""{{{{{Basic}}}},"subject":{"reference":"#a"},"contained":[{"resourceType":"Patient","id":"a","meta":{"tag":[{"code":"a"}]}}]}""", $$$$"""{{{{{Basic}}}},"subject":{"reference":"#a"},"contained":[{"resourceType":"Patient","id":"a","meta":{"security":[{"code":"a"}]}}]}"""),
        ("ait-1", $$$$"""{{{{{Allergy}}}},{{{{AllergyMistaken}}}}}""", $$$$"""{{{{{Allergy}}}}}"""),
        ("ait-2", $$$$"""{{{{{Allergy}}}},{{{{AllergyActive}}}}}""", $$$$"""{{{{{Allergy}}}},{{{{AllergyActive}}}},{{{{AllergyMistaken}}}}}"""),
        ("app-1", $$$$"""{{{{{Appointment}}}},"status":"proposed",{{{{Person}}}}}""", $$$$"""{{{{{Appointment}}}},"status":"proposed","participant":[{"status":"accepted"}]}"""),
        ("app-2", $$$$"""{{{{{Appointment}}}},"status":"proposed",{{{{When}}}},{{{{Person}}}}}""", $$$$"""{{{{{Appointment}}}},"status":"proposed","start":"2026-04-01T09:00:00Z",{{{{Person}}}}}"""),
        ("app-2", $$$$"""{{{{{Appointment}}}},"status":"booked",{{{{When}}}},{{{{Person}}}}}""", $$$$"""{{{{{Appointment}}}},"status":"proposed","end":"2026-04-01T09:00:00Z",{{{{Person}}}}}"""),
        ("app-3", $$$$"""{{{{{Appointment}}}},"status":"waitlist",{{{{Person}}}}}""", $$$$"""{{{{{Appointment}}}},"status":"booked",{{{{Person}}}}}"""),
        ("app-4", $$$$"""{{{{{Appointment}}}},"status":"noshow","cancelationReason":{"text":"x"},{{{{When}}}},{{{{Person}}}}}""", $$$$"""{{{{{Appointment}}}},"status":"booked","cancelationReason":{"text":"x"},{{{{When}}}},{{{{Person}}}}}"""),
        ("sev-1", Audit("\"name\":\"a\""), Audit("\"name\":\"a\",\"query\":\"aGVsbG8=\"")),
        ("bdl-1", $$$$"""{{{{{Bundle}}}},"type":"searchset","total":0}""", $$$$"""{{{{{Bundle}}}},"type":"collection","total":0}"""),
        ("bdl-2", $$$$"""{{{{{Bundle}}}},"type":"searchset","entry":[{"search":{"score":1},"resource":{{{{{Basic}}}}}}]}""", $$$$"""{{{{{Bundle}}}},"type":"collection","entry":[{"search":{"score":1},"resource":{{{{{Basic}}}}}}]}"""),
        ("bdl-3", $$$$"""{{{{{Bundle}}}},"type":"batch","entry":[{{{{{Request}}}}}]}""", $$$$"""{{{{{Bundle}}}},"type":"batch","entry":[{{{{{Request}}}}},{"resource":{{{{{Basic}}}}}}]}"""),
        ("bdl-3", $$$$"""{{{{{Bundle}}}},"type":"collection","entry":[{"resource":{{{{{Basic}}}}}}]}""", $$$$"""{{{{{Bundle}}}},"type":"collection","entry":[{"resource":{{{{{Basic}}}}},{{{{Request}}}}}]}"""),
        ("bdl-4", $$$$"""{{{{{Bundle}}}},"type":"batch-response","entry":[{{{{{Response}}}}}]}""", $$$$"""{{{{{Bundle}}}},"type":"batch-response","entry":[{"resource":{{{{{Basic}}}}}}]}"""),
        ("bdl-4", $$$$"""{{{{{Bundle}}}},"type":"history","entry":[{{{{{Request}}}},{{{{Response}}}}}]}""", $$$$"""{{{{{Bundle}}}},"type":"collection","entry":[{{{{{Response}}}}}]}"""),
        ("bdl-5", $$$$"""{{{{{Bundle}}}},"type":"collection","entry":[{"resource":{{{{{Basic}}}}}}]}""", $$$$"""{{{{{Bundle}}}},"type":"collection","entry":[{"fullUrl":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520"}]}"""),
        ("bdl-7", $$$$"""{{{{{Bundle}}}},"type":"collection","entry":[{"fullUrl":"http://a/1","resource":{{{{{Basic}}}},"meta":{"versionId":"1"}}},{"fullUrl":"http://a/1","resource":{{{{{Basic}}}},"meta":{"versionId":"2"}}}]}""",
            $$$$"""{{{{{Bundle}}}},"type":"collection","entry":[{"fullUrl":"http://a/1","resource":{{{{{Basic}}}}}},{"fullUrl":"http://a/1","resource":{{{{{Basic}}}}}}]}"""),
        ("bdl-8", $$$$"""{{{{{Bundle}}}},"type":"collection","entry":[{"fullUrl":"http://a/1","resource":{{{{{Basic}}}}}}]}""", $$$$"""{{{{{Bundle}}}},"type":"collection","entry":[{"fullUrl":"http://a/Basic/1/_history/2","resource":{{{{{Basic}}}}}}]}"""),
        ("bdl-9", Document("\"identifier\":{\"system\":\"http://a\",\"value\":\"b\"},\"timestamp\":\"2026-04-01T09:00:00Z\""), Document("\"identifier\":{\"value\":\"b\"},\"timestamp\":\"2026-04-01T09:00:00Z\"")),
        ("bdl-10", Document("\"identifier\":{\"system\":\"http://a\",\"value\":\"b\"},\"timestamp\":\"2026-04-01T09:00:00Z\""), Document("\"identifier\":{\"system\":\"http://a\",\"value\":\"b\"}")),
        ("bdl-11", Document("\"identifier\":{\"system\":\"http://a\",\"value\":\"b\"},\"timestamp\":\"2026-04-01T09:00:00Z\""),
            $$$$"""{{{{{Bundle}}}},"type":"document","identifier":{"system":"http://a","value":"b"},"timestamp":"2026-04-01T09:00:00Z","entry":[{"resource":{{{{{Basic}}}}}}]}"""),
        ("bdl-12", $$$$"""{{{{{Bundle}}}},"type":"message","entry":[{"resource":{"resourceType":"MessageHeader","eventCoding":{"code":"a"},"source":{"endpoint":"http://a"}}}]}""", $$$$"""{{{{{Bundle}}}},"type":"message","entry":[{"resource":{{{{{Basic}}}}}}]}"""),
        ("cpl-3", Plan("\"reference\":{\"reference\":\"Task/1\"}"), Plan("\"reference\":{\"reference\":\"Task/1\"},\"detail\":{\"status\":\"scheduled\"}")),
        ("ctm-1", Team("\"member\":{\"reference\":\"Practitioner/1\"},\"onBehalfOf\":{\"reference\":\"Organization/1\"}"), Team("\"member\":{\"reference\":\"Patient/1\"},\"onBehalfOf\":{\"reference\":\"Organization/1\"}")),
        ("cmp-1", Section("\"entry\":[{\"reference\":\"Observation/1\"}]"), Section("\"title\":\"a\"")),
        ("cmp-2", Section("\"section\":[{\"entry\":[{\"reference\":\"Observation/1\"}]}],\"emptyReason\":{\"text\":\"x\"}"), Section("\"entry\":[{\"reference\":\"Observation/1\"}],\"emptyReason\":{\"text\":\"x\"}")),
        ("con-1", $$$$"""{{{{{Condition}}}},"stage":[{"summary":{"text":"x"}}]}""", $$$$"""{{{{{Condition}}}},"stage":[{"type":{"text":"x"}}]}"""),
        ("con-2", $$$$"""{{{{{Condition}}}},"evidence":[{"code":[{"text":"x"}]}]}""", $$$$"""{{{{{Condition}}}},"evidence":[{"extension":[{"url":"u","valueCode":"a"}]}]}"""),
        ("con-4", $$$$"""{{{{{Condition}}}},"abatementString":"x",{{{{Clinical.Replace("CODE", "remission", StringComparison.Ordinal)}}}}}""", $$$$"""{{{{{Condition}}}},"abatementString":"x",{{{{Clinical.Replace("CODE", "active", StringComparison.Ordinal)}}}}}"""),
        ("con-4", $$$$"""{{{{{Condition}}}}}""", $$$$"""{{{{{Condition}}}},"abatementString":"x"}"""),
        ("con-5", $$$$"""{{{{{Condition}}}},{{{{Mistaken}}}}}""", $$$$"""{{{{{Condition}}}},{{{{Mistaken}}}},{{{{Clinical.Replace("CODE", "active", StringComparison.Ordinal)}}}}}"""),
        ("ppc-1", Consent("\"policyRule\":{\"text\":\"x\"}"), Consent("\"patient\":{\"reference\":\"Patient/1\"}")),
        ("fhs-1", Family("\"ageString\":\"x\""), Family("\"ageString\":\"x\",\"bornDate\":\"1950\"")),
        ("fhs-2", Family("\"ageString\":\"x\",\"estimatedAge\":true"), Family("\"estimatedAge\":true")),
        ("gol-1", Goal("\"detailString\":\"x\",\"measure\":{\"text\":\"x\"}"), Goal("\"detailString\":\"x\"")),
        ("imm-1", Shot("\"documentType\":\"x\""), Shot("\"publicationDate\":\"2026\"")),
        ("mad-1", Given("\"dose\":{\"value\":1}"), Given("\"text\":\"x\"")),
        ("mdd-1", Handed("\"whenPrepared\":\"2026-04-01T09:00:00+09:00\",\"whenHandedOver\":\"2026-04-01T09:00:00+09:00\""), Handed("\"whenPrepared\":\"2026-04-02T09:00:00+09:00\",\"whenHandedOver\":\"2026-04-01T09:00:00+09:00\"")),
        ("obs-3", $$$$"""{{{{{Observation}}}},"referenceRange":[{"text":"x"}]}""", $$$$"""{{{{{Observation}}}},"referenceRange":[{"type":{"text":"x"}}]}"""),
        ("obs-6", $$$$"""{{{{{Observation}}}},"dataAbsentReason":{"text":"x"}}""", $$$$"""{{{{{Observation}}}},"valueString":"y","dataAbsentReason":{"text":"x"}}"""),
        ("obs-7", $$$$"""{{{{{Observation}}}},"valueString":"y","component":[{"code":{"coding":[{"system":"http://loinc.org","code":"2-6"}]},"valueString":"z"}]}""",
            $$$$"""{{{{{Observation}}}},"valueString":"y","component":[{"code":{"coding":[{"system":"http://loinc.org","code":"1-8"}]},"valueString":"z"}]}"""),
        ("org-1", """{"resourceType":"Organization","name":"x"}""", """{"resourceType":"Organization","active":true}"""),
        ("org-2", """{"resourceType":"Organization","name":"x","address":[{"use":"work","text":"y"}]}""", """{"resourceType":"Organization","name":"x","address":[{"use":"work","text":"y"},{"use":"home","text":"z"}]}"""),
        ("org-3", """{"resourceType":"Organization","name":"x","telecom":[{"use":"work","system":"phone","value":"1"}]}""", """{"resourceType":"Organization","name":"x","telecom":[{"use":"home","system":"phone","value":"1"}]}"""),
        ("pat-1", """{"resourceType":"Patient","contact":[{"name":{"text":"x"}}]}""", """{"resourceType":"Patient","contact":[{"gender":"male"}]}"""),
        ("prr-1", Order("\"code\":{\"text\":\"x\"},\"orderDetail\":[{\"text\":\"x\"}]"), Order("\"orderDetail\":[{\"text\":\"x\"}]")),
        ("qrs-1", """{"resourceType":"QuestionnaireResponse","status":"completed","item":[{"linkId":"1","answer":[{"valueString":"x"}]}]}""", """{"resourceType":"QuestionnaireResponse","status":"completed","item":[{"linkId":"1","answer":[{"valueString":"x"}],"item":[{"linkId":"2"}]}]}"""),
        ("que-2", Items("{\"linkId\":\"1\",\"type\":\"group\",\"item\":[{\"linkId\":\"2\",\"type\":\"string\"}]}"), Items("{\"linkId\":\"1\",\"type\":\"group\",\"item\":[{\"linkId\":\"1\",\"type\":\"string\"}]}")),
        Item("que-1", "\"type\":\"string\"", "\"type\":\"group\""),
        Item("que-1", "\"type\":\"display\"", "\"type\":\"display\",\"item\":[{\"linkId\":\"2\",\"type\":\"string\"}]"),
        Item("que-3", "\"type\":\"string\",\"code\":[{\"code\":\"a\"}]", "\"type\":\"display\",\"code\":[{\"code\":\"a\"}]"),
        Item("que-4", "\"type\":\"choice\",\"answerValueSet\":\"http://a\"", "\"type\":\"choice\",\"answerValueSet\":\"http://a\",\"answerOption\":[{\"valueString\":\"x\"}]"),
        Item("que-5", "\"type\":\"choice\",\"answerOption\":[{\"valueString\":\"x\"}]", "\"type\":\"boolean\",\"answerOption\":[{\"valueString\":\"x\"}]"),
        Item("que-5", "\"type\":\"open-choice\",\"answerValueSet\":\"http://a\"", "\"type\":\"boolean\",\"answerValueSet\":\"http://a\""),
        Item("que-6", "\"type\":\"string\",\"required\":true", "\"type\":\"display\",\"required\":true"),
        Item("que-6", "\"type\":\"string\",\"repeats\":true", "\"type\":\"display\",\"repeats\":true"),
        Item("que-7", "\"type\":\"string\",\"enableWhen\":[{\"question\":\"2\",\"operator\":\"exists\",\"answerBoolean\":true}]", "\"type\":\"string\",\"enableWhen\":[{\"question\":\"2\",\"operator\":\"exists\",\"answerInteger\":1}]"),
        Item("que-8", "\"type\":\"string\",\"initial\":[{\"valueString\":\"x\"}]", "\"type\":\"display\",\"initial\":[{\"valueString\":\"x\"}]"),
        Item("que-9", "\"type\":\"string\",\"readOnly\":true", "\"type\":\"display\",\"readOnly\":true"),
        Item("que-10", "\"type\":\"text\",\"maxLength\":5", "\"type\":\"date\",\"maxLength\":5"),
        Item("que-11", "\"type\":\"choice\",\"answerOption\":[{\"valueString\":\"x\"}]", "\"type\":\"choice\",\"answerOption\":[{\"valueString\":\"x\"}],\"initial\":[{\"valueString\":\"x\"}]"),
        Item("que-12", Enabled(3, ",\"enableBehavior\":\"all\""), Enabled(3, "")),
        Item("que-13", "\"type\":\"string\",\"repeats\":true,\"initial\":[{\"valueString\":\"x\"},{\"valueString\":\"y\"}]", "\"type\":\"string\",\"repeats\":false,\"initial\":[{\"valueString\":\"x\"},{\"valueString\":\"y\"}]"),
    ];

    private static (string Key, string Right, string Broken) Value(string key, string type, string right, string broken) =>
        (key, $$$$"""{{{{{Basic}}}},"extension":[{"url":"u","value{{{{type}}}}":{{{{{right}}}}}}]}""", $$$$"""{{{{{Basic}}}},"extension":[{"url":"u","value{{{{type}}}}":{{{{{broken}}}}}}]}""");

    private static (string Key, string Right, string Broken) Repeat(string key, string right, string broken) =>
        Value(key, "Timing", $"\"repeat\":{{{right}}}", $"\"repeat\":{{{broken}}}");

    private static (string Key, string Right, string Broken) Item(string key, string right, string broken) =>
        (key, Items($$$$"""{"linkId":"1",{{{{right}}}}}"""), Items($$$$"""{"linkId":"1",{{{{broken}}}}}"""));

    private static string Items(string item) => $$$$"""{{{{{Questionnaire}}}},"item":[{{{{item}}}}]}""";

    private static string Enabled(int times, string behavior) =>
        $"\"type\":\"string\",\"enableWhen\":[{string.Join(',', Enumerable.Repeat("{\"question\":\"2\",\"operator\":\"=\",\"answerInteger\":1}", times))}]{behavior}";

    private static string Audit(string entity) => $$$$"""{"resourceType":"AuditEvent","type":{"code":"a"},"recorded":"2026-04-01T09:00:00Z","agent":[{"requestor":true}],"source":{"observer":{"display":"x"}},"entity":[{{{{{entity}}}}}]}""";

    private static string Document(string head) => $$$$"""{{{{{Bundle}}}},"type":"document",{{{{head}}}},"entry":[{"resource":{"resourceType":"Composition","status":"final","type":{"text":"x"},"date":"2026-04-01","author":[{"display":"x"}],"title":"x"}}]}""";

    private static string Section(string section) => $$$$"""{"resourceType":"Composition","status":"final","type":{"text":"x"},"date":"2026-04-01","author":[{"display":"x"}],"title":"x","section":[{{{{{section}}}}}]}""";

    private static string Plan(string activity) => $$$$"""{"resourceType":"CarePlan","status":"active","intent":"plan","subject":{"reference":"Patient/1"},"activity":[{{{{{activity}}}}}]}""";

    private static string Team(string participant) => $$$$"""{"resourceType":"CareTeam","participant":[{{{{{participant}}}}}]}""";

    private static string Consent(string more) => $$$$"""{"resourceType":"Consent","status":"active","scope":{"text":"x"},"category":[{"text":"x"}],{{{{more}}}}}""";

    private static string Family(string more) => $$$$"""{"resourceType":"FamilyMemberHistory","status":"completed","patient":{"reference":"Patient/1"},"relationship":{"text":"x"},{{{{more}}}}}""";

    private static string Goal(string target) => $$$$"""{"resourceType":"Goal","lifecycleStatus":"active","description":{"text":"x"},"subject":{"reference":"Patient/1"},"target":[{{{{{target}}}}}]}""";

    private static string Shot(string education) => $$$$"""{"resourceType":"Immunization","status":"completed","vaccineCode":{"text":"x"},"patient":{"reference":"Patient/1"},"occurrenceString":"x","education":[{{{{{education}}}}}]}""";

    private static string Given(string dosage) => $$$$"""{"resourceType":"MedicationAdministration","status":"completed","medicationCodeableConcept":{"text":"x"},"subject":{"reference":"Patient/1"},"effectiveDateTime":"2026-04-01","dosage":{{{{{dosage}}}}}}""";

    private static string Handed(string more) => $$$$"""{"resourceType":"MedicationDispense","status":"completed","medicationCodeableConcept":{"text":"x"},{{{{more}}}}}""";

    private static string Order(string more) => $$$$"""{"resourceType":"ServiceRequest","status":"active","intent":"order","subject":{"reference":"Patient/1"},{{{{more}}}}}""";
}
