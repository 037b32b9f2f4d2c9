using System.Text.Json;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Hl7.Fhir.Specification.Snapshot;
using Hl7.Fhir.Specification.Source;
using Tasuki.Fhir.Profiles.Definitions;
using Tasuki.Kernel;
using Canonical = Tasuki.Fhir.Profiles.Definitions.Canonical;
using Task = System.Threading.Tasks.Task;

namespace Tasuki.Fhir.Profiles.Rules;

/// <summary>Makes the snapshot of a definition that was published with its differences alone, from the definitions at hand.</summary>
internal sealed class SnapshotMaker(DefinitionSet definitions)
{
    private const int DeepestBase = 64;
    private static readonly FhirJsonDeserializer Reader = new(new DeserializerSettings().UsingMode(DeserializationMode.Ostrich));
    private static readonly FhirJsonSerializer Writer = new();

    /// <summary>The definition with its snapshot as JSON. Errors <c>profile.base-missing</c>, <c>profile.cycle</c>, <c>profile.snapshot</c>, <c>profile.broken</c>.</summary>
    public Result<byte[]> Make(StoredDefinition definition)
    {
        if (BaseFault(definition) is { } fault)
            return fault;
        try
        {
            try
            {
                return Make(definition, new Source(definitions, definition.Package));
            }
            catch (NotSupportedException)
            {
                // It leads back to itself by the profile of a type (an extension that holds itself): right in R4, and too much for the generator.
                return Make(definition, new PlainSource(definitions, definition.Package));
            }
        }
        catch (Exception thrown) when (thrown is not OutOfMemoryException)
        {
            return Broken(definition, $"makes no snapshot ({thrown.GetType().Name})");
        }
    }

    private static Result<byte[]> Make(StoredDefinition definition, Source source)
    {
        if (source.Read(definition) is not StructureDefinition structure)
            return Broken(definition, "cannot be read");
        var generator = new SnapshotGenerator(source, new SnapshotGeneratorSettings { GenerateSnapshotForExternalProfiles = true, GenerateElementIds = true });
        // The generator is asynchronous for sources that are; ours answers at once, so nothing waits here.
        generator.UpdateAsync(structure).GetAwaiter().GetResult();
        if (!structure.HasSnapshot)
            return Broken(definition, "makes no snapshot");
        source.Finish(definition, structure);
        return System.Text.Encoding.UTF8.GetBytes(Writer.SerializeToString(structure));
    }

    private static Error Broken(StoredDefinition definition, string what) => new("profile.snapshot", $"The definition {definition.Url} ({definition.Place}) {what}.");

    private Error? BaseFault(StoredDefinition definition)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var one = definition; ;)
        {
            if (!seen.Add(one.Url) || seen.Count > DeepestBase)
                return new Error("profile.cycle", $"The definition {definition.Url} ({definition.Place}) rests on itself.");
            using var json = JsonDocument.Parse(one.Json());
            if (one != definition && json.RootElement.TryGetProperty("snapshot", out _))
                return null;
            if (!json.RootElement.TryGetProperty("baseDefinition", out var below) || below.GetString() is not { } url)
                return null;
            if (definitions.Find(DefinitionKind.StructureDefinition, Canonical.Parse(url), one.Package) is not { } found)
                return new Error("profile.base-missing", $"The definition {one.Url} ({one.Place}) rests on {url}, which is in no package.");
            one = found;
        }
    }

    private static Resource? Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = CanonicalResource.MaximumDepth });
        Reader.TryDeserializeResource(ref reader, out var resource, out _);
        return resource;
    }

    private class Source(DefinitionSet definitions, string package) : IAsyncResourceResolver
    {
        private readonly Dictionary<string, Resource?> _read = new(StringComparer.Ordinal);

        public Task<Resource?> ResolveByUriAsync(string uri) => Task.FromResult(Find(uri));

        public Task<Resource?> ResolveByCanonicalUriAsync(string uri) => Task.FromResult(Find(uri));

        public Task<ResolverResult> TryResolveByUriAsync(string uri) => Task.FromResult(Result(uri));

        public Task<ResolverResult> TryResolveByCanonicalUriAsync(string uri) => Task.FromResult(Result(uri));

        public virtual Resource? Read(StoredDefinition stored) => Parse(stored.Json().Span);

        public virtual void Finish(StoredDefinition stored, StructureDefinition made)
        {
        }

        private ResolverResult Result(string uri) => Find(uri) is { } found ? new ResolverResult(found) : new ResolverResult(ResolverException.NotFound());

        private Resource? Find(string uri)
        {
            if (_read.TryGetValue(uri, out var known))
                return known;
            var stored = definitions.Find(DefinitionKind.StructureDefinition, Canonical.Parse(uri), package);
            return _read[uri] = stored is null ? null : Read(stored);
        }
    }

    // Takes the profiles of types out of definitions without a snapshot, and puts them back into the one that was made. The check follows them itself.
    private sealed class PlainSource(DefinitionSet definitions, string package) : Source(definitions, package)
    {
        public override Resource? Read(StoredDefinition stored)
        {
            var read = base.Read(stored);
            if (read is StructureDefinition { HasSnapshot: false, Differential: { } differences })
                differences.Element.ForEach(element => element.Type.ForEach(type => type.ProfileElement.Clear()));
            return read;
        }

        public override void Finish(StoredDefinition stored, StructureDefinition made)
        {
            if (base.Read(stored) is not StructureDefinition { Differential: { } differences })
                return;
            foreach (var said in differences.Element.Where(one => one.Type.Exists(type => type.Profile.Any())))
            {
                if (made.Snapshot?.Element.Find(one => string.Equals(one.ElementId, said.ElementId ?? said.Path, StringComparison.Ordinal)) is { } element)
                    element.Type = said.Type;
            }
        }
    }
}
