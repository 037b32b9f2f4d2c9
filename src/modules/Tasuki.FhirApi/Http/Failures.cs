using Tasuki.Kernel;

namespace Tasuki.FhirApi;

/// <summary>From an error of the floors below to status and issue type. One table, so that the same thing is answered alike everywhere.</summary>
internal static class Failures
{
    /// <summary>The one answer for all that is not there, not this person's, or not open.</summary>
    public static readonly Error Missing = new("record.missing", "There is no such record, or it is not open to this caller.");

    public static Answer Answer(Error error)
    {
        var (status, code) = Of(error.Code);
        return new Answer(status, Outcome.Of(new Issue("error", code, error.Code is "record.missing" or "gate.refused" ? Missing.Message : error.Message))) { BeyondScopes = error.Code is "scope.insufficient" };
    }

    public static (int Status, string Code) Of(string error) => error switch
    {
        // A refused one looks like a missing one.
        "record.missing" or "gate.refused" => (404, "not-found"),
        "change.version" => (412, "conflict"),
        "change.contended" => (409, "conflict"),
        "change.ambiguous" => (412, "multiple-matches"),
        "change.twice" => (400, "invalid"),
        "scope.insufficient" => (403, "forbidden"),
        "write.rule" or "write.grant" => (403, "business-rule"),
        "type.unknown" => (404, "not-supported"),
        "query.parameter" or "query.modifier" or "query.sort" or "interaction.unknown" => (400, "not-supported"),
        "query.size" or "query.residents" or "query.costly" => (422, "too-costly"),
        "query.wait" => (429, "throttled"),
        "interaction.method" => (405, "not-supported"),
        "body.media" => (415, "not-supported"),
        "body.size" or "patch.size" => (413, "too-long"),
        "export.running" => (429, "throttled"),
        "export.failed" => (500, "exception"),
        "accept.media" => (406, "not-supported"),
        "resource.shape" or "resource.json" or "resource.type" or "resource.duplicate" or "resource.depth" or "resource.text" => (400, "structure"),
        "resource.subject" => (422, "business-rule"),
        _ => (400, "invalid"),
    };
}
