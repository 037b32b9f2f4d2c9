using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel;

namespace Tasuki.Formats;

/// <summary>
/// Takes the resources of one source in, one by one: what becomes a record, who it is about, what must not be shown, what is no record at all. Keeps only what
/// has to be said once for a source.
/// </summary>
internal sealed class ResourceIntake(ReadLimits limits)
{
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = CanonicalResource.MaximumDepth, AllowDuplicateProperties = false };

    private readonly HashSet<string> _people = new(StringComparer.Ordinal);
    private int _taken;
    private string? _person;
    private bool _saidSeveral;
    private bool _saidMasked;

    public ReadLimits Limits => limits;

    /// <summary>In our own export the Patient is the resident's own record; in every other file it says who the file is about.</summary>
    public bool PatientIsRecord { get; init; }

    /// <param name="json">One resource as it stands in the source.</param>
    /// <param name="name">What other entries call it.</param>
    public IReadOnlyList<ReadItem> Take(ReadOnlyMemory<byte> json, SourcePosition position, ReadContext context, string? name = null)
    {
        if (++_taken > limits.Resources)
            return [new ReadStopped(position, new Error("file.resources", $"More than {limits.Resources} resources stand in one file; no more are read."))];
        var items = new List<ReadItem>(1);
        if (JsonText.FirstFault(json.Span) is var (what, offset))
        {
            var (line, column) = JsonText.PositionOf(json.Span, offset);
            var at = position with { Line = (position.Line ?? 1) + line - 1, Column = line == 1 ? (position.Column ?? 1) + column - 1 : column };
            return [new NotUnderstood(at, new Error("json.text", $"{what}. The entry is not taken over."))];
        }

        try
        {
            using var document = JsonDocument.Parse(json, Reading);
            Read(document.RootElement, position, context, name, items);
        }
        catch (JsonException broken)
        {
            var (reason, at) = JsonSource.Broken(broken, position);
            items.Add(new NotUnderstood(at, reason));
        }

        return items;
    }

    private void Read(JsonElement root, SourcePosition position, ReadContext context, string? name, List<ReadItem> items)
    {
        if (WithheldRecords.Is(root))
        {
            items.Add(new NotUnderstood(position, new Error("clins.withheld", "The institution marked this entry as not to be shown yet. It is not taken over and stays in the original file.")));
            return;
        }

        var type = Fields.Text(root, "resourceType");
        if (type is not null && RecordTypes.WhyNoRecord(type) is { } why)
        {
            items.Add(new NotUnderstood(position, why));
            return;
        }

        if (string.Equals(type, "Patient", StringComparison.Ordinal))
        {
            Person(root, position, name, items);
            if (!PatientIsRecord)
                return;
        }

        var canonical = CanonicalResource.From(root, context.Rewrite);
        if (!canonical.IsOk)
        {
            items.Add(new NotUnderstood(position, canonical.Error));
            return;
        }

        (var resource, context) = TasukiExport.Untag(canonical.Value, context);
        if (context.Withheld is { } withheld && WithheldRecords.Silence(resource, withheld) is { } silenced)
            resource = silenced;
        if (InsuredNumbers.WithoutThem(resource, _people.Count == 1 ? _person : null) is { } masked)
        {
            resource = masked;
            if (!_saidMasked)
                items.Add(new NotUnderstood(position, new Error("masked.insured-number", "Insured symbols and numbers are not kept; they were left out of the record.")));
            _saidMasked = true;
        }

        Record(resource, position, context, name ?? NameOf(canonical.Value), items);
    }

    private void Record(CanonicalResource resource, SourcePosition position, ReadContext context, string? name, List<ReadItem> items)
    {
        var issues = ResourceCheck.Check(resource);
        IReadOnlyList<Mended> mended = [];
        if (issues.Any(issue => issue.Refuses))
            (resource, mended, issues) = ResourceRepair.Mend(resource, issues);
        if (issues.Where(issue => issue.Refuses).ToList() is { Count: > 0 } refusing)
        {
            var more = refusing.Count > 1 ? $" ({refusing.Count - 1} more such faults.)" : "";
            items.Add(new NotUnderstood(Inside(position, refusing[0].Path), new Error("resource.invalid", $"This is not valid FHIR R4 and is not taken over: {refusing[0].Sentence}{more}")));
            return;
        }

        foreach (var rule in mended.GroupBy(one => one.Code, StringComparer.Ordinal))
        {
            var more = rule.Count() > 1 ? $" ({rule.Count() - 1} more such places.)" : "";
            items.Add(new NotUnderstood(Inside(position, rule.First().Path), new Error(rule.Key, rule.First().Sentence + more)));
        }

        foreach (var slip in issues.DistinctBy(issue => issue.Code, StringComparer.Ordinal))
            items.Add(new NotUnderstood(Inside(position, slip.Path), new Error("resource.slip", $"{slip.Sentence} The record is taken over as it is.")));

        items.Add(new ReadResource(position, resource, name, context.Category, context.Source, context.SourceName));
    }

    private void Person(JsonElement patient, SourcePosition position, string? name, List<ReadItem> items)
    {
        var person = PersonReader.Read(patient, position, name ?? (Fields.Text(patient, "id") is { } id ? $"Patient/{id}" : null));
        items.Add(person);
        _person = person.FullUrl;
        _people.Add($"{string.Join('\n', person.Names)}\n{person.BirthDate}");
        if (_people.Count > 1 && !_saidSeveral)
        {
            _saidSeveral = true;
            items.Add(new NotUnderstood(position, new Error("person.several", "The file speaks of more than one person.")));
        }
    }

    private static SourcePosition Inside(SourcePosition position, string path) => position with { Path = position.Path is { } outer ? $"{outer}: {path}" : path };

    private static string? NameOf(CanonicalResource resource) => resource.OriginalId is { } id ? $"{resource.Type}/{id}" : null;
}
