using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Text;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Interactions;

/// <summary>A resource as it came, checked against base R4 and the profiles it declares, and whose it is.</summary>
/// <param name="Said">What the profiles say, and does not refuse.</param>
internal sealed record IncomingResource(CanonicalResource Resource, ResidentNo Resident, IReadOnlyList<Issue> Said)
{
    /// <summary>One answer for a Patient of somebody else's, one that is not open to the caller and one that never was.</summary>
    public static readonly Error AnotherSubject = new(
        "resource.subject", "The resource refers to a Patient that is not the one this request is about or is not open to this caller. A Patient is referred to by Patient/[id].");

    private static readonly JsonReaderOptions Reading = new() { MaxDepth = CanonicalResource.MaximumDepth };

    /// <summary>Null with the answer that says why not.</summary>
    /// <param name="type">What the address says it is; null where it says nothing.</param>
    /// <param name="place">Where that is in what was sent; null where it is all of it.</param>
    /// <param name="standing">The record it is to replace: a subject that was brought in by a file may be said again.</param>
    public static (IncomingResource? Incoming, Answer? Refused) Of(
        Call call, string? type, ReadOnlyMemory<byte> body, BodyPlace? place, CancellationToken cancel, CanonicalResource? standing = null)
    {
        if (body.IsEmpty)
            return (null, Failures.Answer(new Error("resource.json", "The request has no body.")));
        var parsed = CanonicalResource.Parse(body);
        if (!parsed.IsOk)
            return (null, Failures.Answer(parsed.Error));
        if (type is not null && !string.Equals(parsed.Value.Type, type, StringComparison.Ordinal))
            return (null, Failures.Answer(new Error("resource.type", $"The address says {type}; the resource in the body is of another type.")));
        if (!HeldTypes.IsRecord(parsed.Value.Type))
            return (null, Failures.Answer(new Error("type.unknown", $"Resources of type {parsed.Value.Type} are not held here.")));
        var issues = ResourceValidator.Check(body.Span);
        if (issues.Any(issue => issue.Refuses))
            return (null, new Answer(422, Outcome.Of([.. issues.Select(issue => Sent(Outcome.Of(issue)))])));
        // The canonical form has no escapes left to hide behind.
        if (MyNumberIn(parsed.Value, body.Span) is { } number)
            return (null, new Answer(422, Outcome.Of(Sent(number))));
        // Category and source are the vault's to say, not a caller's.
        var written = WrittenReferences.Of(call, parsed.Value.WithoutTags(tag => tag.System?.StartsWith("urn:x-tasuki:", StringComparison.Ordinal) is true));
        if (!written.IsOk)
            return (null, Failures.Answer(written.Error));
        var resource = written.Value;
        var resident = WhoseIs(call, resource, standing);
        if (!resident.IsOk)
            return (null, Failures.Answer(resident.Error));
        IReadOnlyList<Issue> said = [.. call.Profiles.OnWrite(body, cancel).Select(Sent)];
        return said.Any(issue => issue.Severity is "error") ? (null, new Answer(422, Outcome.Of(said))) : (new IncomingResource(resource, resident.Value, said), null);

        Issue Sent(Issue issue) => place is null ? issue : place.Of(issue);
    }

    public NewRecord Record(Call call) => new(Resource, WriteRules.Origin(call.Caller, call.Clock.GetUtcNow()));

    /// <summary>
    /// Every reference to a Patient must be to one and the same; the launched one where there is one. A subject is never a Patient of another server or one that the resource contains:
    /// nobody could tell whose record that is. Error <c>resource.subject</c>.
    /// </summary>
    public static Result<ResidentNo> WhoseIs(Call call, CanonicalResource resource, CanonicalResource? standing = null)
    {
        if (Subject.Of(resource) is { } subject && Subject.IsAnotherPatient(call, resource, subject) && !string.Equals(subject, standing is null ? null : Subject.Of(standing), StringComparison.Ordinal))
            return AnotherSubject;
        ResidentNo? whose = call.Caller.Resident;
        var reader = new Utf8JsonReader(resource.Json.Span, Reading);
        while (reader.Read())
        {
            if (reader.TokenType is not JsonTokenType.PropertyName || !reader.ValueTextEquals("reference"u8) || !reader.Read() || reader.TokenType is not JsonTokenType.String)
                continue;
            if (PatientReference.Of(call.Root, reader.GetString()!) is not var (id, isHere))
                continue;
            var named = call.Vault.ResidentOf(id);
            // Another server's Patient is nobody here, unless it is called by an id of this one.
            if (named is null && !isHere)
                continue;
            if (named is null || (whose ??= named) != named)
                return AnotherSubject;
        }

        return whose is { } one ? one : new Error("resource.subject", "The resource refers to no Patient, and the token was given out for none: whose it is cannot be told.");
    }

    /// <summary>What refuses a resource with a My Number in it; null for one without. It says the place and never the number.</summary>
    public static Issue? MyNumberIn(CanonicalResource resource, ReadOnlySpan<byte> body)
    {
        if (MyNumberScan.Find(resource.Json.Span) is null)
            return null;
        var (line, column) = MyNumberScan.Find(body) is { } at ? JsonText.PositionOf(body, at) : default;
        return new Issue("error", "business-rule", "A My Number (個人番号) stands here. It must not be brought in: take it out first.", Line: (int)line, Column: (int)column);
    }

    /// <summary>Why nobody is there whom a new record could be about, told without writing one; null where somebody is.</summary>
    public static async Task<Error?> SubjectFault(Call call, CanonicalResource resource, CancellationToken cancel)
    {
        var whose = WhoseIs(call, resource);
        if (!whose.IsOk)
            return whose.Error;
        var session = await call.Session(whose.Value, write: true, cancel);
        return session is { IsOk: false, Error.Code: "gate.refused" } && call.Caller.Resident != whose.Value ? AnotherSubject : null;
    }
}
