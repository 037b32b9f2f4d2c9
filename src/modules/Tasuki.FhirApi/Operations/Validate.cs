using System.Buffers;
using Tasuki.Fhir;
using Tasuki.FhirApi.Interactions;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Operations;

/// <summary>
/// <c>[type]/$validate</c> and <c>[type]/[id]/$validate</c> (R4, resource, operation validate): what base R4 and the profiles say of a resource, and with a mode what the
/// rules of writing would say of the change. Nothing is stored. Without a resource the record itself is looked at.
/// </summary>
internal sealed class Validate(Call call)
{
    public async Task<Answer> Run(string type, string? id, Interaction request, CancellationToken cancel)
    {
        var input = OperationInput.Of(request);
        if (!input.IsOk)
            return Failures.Answer(input.Error);
        var asked = Asked(input.Value, id);
        if (!asked.IsOk)
            return Failures.Answer(asked.Error);
        var (mode, profiles) = asked.Value;
        StoredRecord? standing = null;
        if (id is not null)
        {
            var found = await new ReadRecords(call).Find(type, id, cancel);
            if (!found.IsOk)
                return Failures.Answer(found.Error);
            standing = found.Value;
        }

        var issues = new List<Issue>();
        if (mode is not "delete")
        {
            var body = input.Value.Resource;
            if (body.IsEmpty && standing is null)
                return Failures.Answer(new Error("resource.json", "There is no resource to validate: it is the body, or the parameter 'resource' of Parameters."));
            await Content(type, id, mode, body.IsEmpty ? Whole(standing!) : body, profiles, issues, cancel);
        }

        if (Ruled(type, mode, standing) is { } refused)
            issues.Add(Of(refused));
        if (!issues.Exists(issue => issue.Severity is "error"))
            issues.Add(new Issue("information", "informational", mode is "delete" ? "The record could be deleted." : "No error was found."));
        return new Answer(200, Outcome.Of(issues));
    }

    private static Result<(string? Mode, IReadOnlyList<string> Profiles)> Asked(OperationInput input, string? id)
    {
        string? mode = null;
        var profiles = new List<string>();
        foreach (var (name, value) in input.Values)
        {
            switch (name)
            {
                case "mode" when value is "create" or "update" or "delete" or "profile":
                    mode = value;
                    break;
                case "mode":
                    return new Error("query.value", "The parameter 'mode' is create, update, delete or profile.");
                case "profile":
                    profiles.Add(value);
                    break;
                default:
                    return new Error("query.parameter", "The operation takes the parameters 'mode' and 'profile', and 'resource' in Parameters.");
            }
        }

        return mode switch
        {
            "profile" when profiles.Count == 0 => new Error("query.value", "With the mode profile the parameter 'profile' names one."),
            "update" or "delete" when id is null => new Error("query.value", $"The mode {mode} is asked of one record: [type]/[id]/$validate."),
            "create" when id is not null => new Error("query.value", "The mode create is asked of a type: [type]/$validate."),
            _ => (mode, profiles),
        };
    }

    private async Task Content(string type, string? id, string? mode, ReadOnlyMemory<byte> body, IReadOnlyList<string> profiles, List<Issue> issues, CancellationToken cancel)
    {
        var told = ResourceValidator.Check(body.Span);
        issues.AddRange(told.Select(Outcome.Of));
        var parsed = CanonicalResource.Parse(body);
        if (!parsed.IsOk)
        {
            if (issues.Count == 0)
                issues.Add(new Issue("error", Failures.Of(parsed.Error.Code).Code, parsed.Error.Message));
            return;
        }

        if (!string.Equals(parsed.Value.Type, type, StringComparison.Ordinal))
            issues.Add(new Issue("error", "invalid", $"The address says {type}; the resource is of another type."));
        if (IncomingResource.MyNumberIn(parsed.Value, body.Span) is { } number)
            issues.Add(number);
        issues.AddRange(profiles.Count > 0 ? call.Profiles.Check(body, profiles, told, cancel) : call.Profiles.OfWhole(body, told, cancel));
        if (mode is "update" && parsed.Value.OriginalId is { } said && !string.Equals(said, id, StringComparison.Ordinal))
            issues.Add(new Issue("error", "invalid", "The id in the body is not the one in the address."));
        if (mode is "create" or "update" && await IncomingResource.SubjectFault(call, parsed.Value, cancel) is { } subject)
            issues.Add(Of(subject));
    }

    private Error? Ruled(string type, string? mode, StoredRecord? standing)
    {
        (ScopeActions Scope, RuledAction Rule)? action = mode switch
        {
            "create" => (ScopeActions.Create, RuledAction.Create), "update" => (ScopeActions.Update, RuledAction.Update), "delete" => (ScopeActions.Delete, RuledAction.Delete), _ => null,
        };
        if (action is not var (scope, rule))
            return null;
        return new WriteRecords(call).OutOfScope(type, scope)
            ?? (standing is null ? WriteRules.Refusal(type, rule, call.Caller.Kind, RecordStanding.New) : WriteRules.Refusal(call.Caller, rule, standing));
    }

    private static Issue Of(Error error) => new("error", Failures.Of(error.Code).Code, error.Message);

    private static ReadOnlyMemory<byte> Whole(StoredRecord record)
    {
        var output = new ArrayBufferWriter<byte>();
        record.WriteJson(output);
        return output.WrittenMemory;
    }
}
