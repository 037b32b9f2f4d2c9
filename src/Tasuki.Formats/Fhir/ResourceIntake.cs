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
    private readonly HashSet<string> _people = new(StringComparer.Ordinal);
    private int _taken;
    private bool _saidSeveral;

    public ReadLimits Limits => limits;

    /// <param name="json">One resource as it stands in the source.</param>
    /// <param name="name">What other entries call it.</param>
    public IReadOnlyList<ReadItem> Take(ReadOnlyMemory<byte> json, SourcePosition position, ReadContext context, string? name = null)
    {
        if (++_taken > limits.Resources)
            return [new ReadStopped(position, new Error("file.resources", $"More than {limits.Resources} resources stand in one file; no more are read."))];
        var items = new List<ReadItem>(1);
        var opened = CanonicalResource.Open<Done>(json, root =>
        {
            Read(root, position, context, name, items);
            return Done.Yes;
        });
        if (!opened.IsOk)
            items.Add(new NotUnderstood(position, opened.Error));
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
            return;
        }

        var canonical = CanonicalResource.From(root, context.Rewrite);
        if (!canonical.IsOk)
        {
            items.Add(new NotUnderstood(position, canonical.Error));
            return;
        }

        Record(canonical.Value, position, context, name ?? NameOf(canonical.Value), items);
    }

    private void Record(CanonicalResource resource, SourcePosition position, ReadContext context, string? name, List<ReadItem> items)
    {
        var issues = ResourceCheck.Check(resource);
        foreach (var slip in issues.Where(issue => !issue.Refuses).Take(3))
            items.Add(new NotUnderstood(position with { Path = $"{position.Path}: {slip.Path}" }, new Error("resource.slip", $"{slip.Sentence} The record is taken over as it is.")));
        var refusing = issues.Where(issue => issue.Refuses).ToList();
        if (refusing.Count > 0)
        {
            var more = refusing.Count > 1 ? $" ({refusing.Count - 1} more faults.)" : "";
            items.Add(new NotUnderstood(position, new Error("resource.invalid", $"This is not valid FHIR R4: {refusing[0].Sentence}{more}")));
            return;
        }

        items.Add(new ReadResource(position, resource, name, context.Category, context.Source, context.SourceName));
    }

    private void Person(JsonElement patient, SourcePosition position, string? name, List<ReadItem> items)
    {
        var person = PersonReader.Read(patient, position, name ?? (Fields.Text(patient, "id") is { } id ? $"Patient/{id}" : null));
        items.Add(person);
        _people.Add($"{string.Join('\n', person.Names)}\n{person.BirthDate}");
        if (_people.Count > 1 && !_saidSeveral)
        {
            _saidSeveral = true;
            items.Add(new NotUnderstood(position, new Error("person.several", "The file speaks of more than one person.")));
        }
    }

    private static string? NameOf(CanonicalResource resource) => resource.OriginalId is { } id ? $"{resource.Type}/{id}" : null;
}
