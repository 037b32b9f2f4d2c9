using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tasuki.Fhir.Profiles.Definitions;

namespace Tasuki.Fhir.Profiles.Terminology;

/// <summary>The value sets at hand, each read when it is first asked for and kept. May be used from many threads.</summary>
internal sealed class ValueSetTable(DefinitionSet definitions)
{
    private const int DeepestSet = 32;
    private static readonly TimeSpan LongestMatch = TimeSpan.FromMilliseconds(200);
    private readonly ConcurrentDictionary<(string Canonical, string Package), ValueSetContent> _sets = new();
    private readonly ConcurrentDictionary<StoredDefinition, CodeSystemContent?> _systems = new();

    /// <param name="package">The package whose definition refers to it.</param>
    public ValueSetContent Find(string canonical, string package) =>
        _sets.TryGetValue((canonical, package), out var known) ? known : _sets.GetOrAdd((canonical, package), Read(canonical, package, new Reading()));

    private CodeSystemContent? System(string canonical, string package) =>
        definitions.Find(DefinitionKind.CodeSystem, Canonical.Parse(canonical), package) is { } stored ? _systems.GetOrAdd(stored, ReadSystem) : null;

    private ValueSetContent Read(string text, string package, Reading reading)
    {
        var canonical = Canonical.Parse(text);
        if (definitions.Find(DefinitionKind.ValueSet, canonical, package) is not { } stored)
            return ValueSetContent.Missing;
        if (reading.Done.TryGetValue(stored, out var done))
            return done;
        if (reading.Open.Count >= DeepestSet || !reading.Open.Add(canonical.Url))
            return ValueSetContent.Missing;
        try
        {
            return reading.Done[stored] = Read(stored, reading);
        }
        finally
        {
            reading.Open.Remove(canonical.Url);
        }
    }

    private ValueSetContent Read(StoredDefinition stored, Reading reading)
    {
        try
        {
            using var json = JsonDocument.Parse(stored.Json());
            if (Json.Member(json.RootElement, "compose") is { } compose)
                return new ValueSetContent([.. Json.Items(compose, "include").Select(one => Part(one, stored.Package, reading))], [.. Json.Items(compose, "exclude").Select(one => Part(one, stored.Package, reading))]);
            return Json.Member(json.RootElement, "expansion") is { } expansion ? new ValueSetContent(Listed(expansion), []) : ValueSetContent.Missing;
        }
        catch (Exception thrown) when (thrown is JsonException or InvalidOperationException)
        {
            return ValueSetContent.Missing;
        }
    }

    private ValueSetPart Part(JsonElement part, string package, Reading reading)
    {
        ValueSetContent[] sets = [.. Json.Texts(part, "valueSet").Select(one => Read(one, package, reading))];
        if (Json.Text(part, "system") is not { } name)
            return new ValueSetPart(null, null, Membership.Yes, sets);
        if (Form(name) is { } form)
            return new ValueSetPart(name, null, Membership.No, sets) { Form = form };
        var system = System(Json.Text(part, "version") is { } version ? $"{name}|{version}" : name, package) ?? System(name, package);
        string[] concepts = [.. Json.Items(part, "concept").Select(one => Json.Text(one, "code")).OfType<string>()];
        if (concepts.Length > 0)
            return new ValueSetPart(name, concepts.ToHashSet(system?.Order ?? StringComparer.Ordinal), Membership.No, sets);
        if (system is null)
            return new ValueSetPart(name, null, Membership.Unknown, sets);
        JsonElement[] filters = [.. Json.Items(part, "filter")];
        var codes = system.Codes.ToHashSet(system.Order);
        foreach (var filter in filters)
        {
            if (Test(system, filter) is not { } test)
                return new ValueSetPart(name, null, Membership.Unknown, sets);
            codes.RemoveWhere(code => !test(code));
        }

        return new ValueSetPart(name, codes, system.IsComplete ? Membership.No : Membership.Unknown, sets);
    }

    // R4, valueset-filter-operator; null for one that cannot be told from what is at hand.
    private static Func<string, bool>? Test(CodeSystemContent system, JsonElement filter)
    {
        var property = Json.Text(filter, "property") ?? "";
        var value = Json.Text(filter, "value") ?? "";
        var list = value.Split(',', StringSplitOptions.TrimEntries);
        return Json.Text(filter, "op") switch
        {
            "is-a" => code => system.IsA(code, value),
            "descendent-of" => code => !system.Order.Equals(code, value) && system.IsA(code, value),
            "is-not-a" => code => !system.IsA(code, value),
            "generalizes" => code => system.IsA(value, code),
            "=" => code => system.HasProperty(code, property, one => string.Equals(one, value, StringComparison.Ordinal)),
            "in" => code => system.HasProperty(code, property, one => list.Contains(one, StringComparer.Ordinal)),
            "not-in" => code => !system.HasProperty(code, property, one => list.Contains(one, StringComparer.Ordinal)),
            "exists" => code => system.HasProperty(code, property, _ => true) == value is "true",
            "regex" when Whole(value) is { } pattern => code => system.HasProperty(code, property, one => pattern.IsMatch(one)),
            _ => null,
        };
    }

    private static Regex? Whole(string pattern)
    {
        try
        {
            return new Regex($"^(?:{pattern})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, LongestMatch);
        }
        catch (Exception thrown) when (thrown is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static List<ValueSetPart> Listed(JsonElement expansion)
    {
        var codes = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var open = new Stack<JsonElement>([expansion]);
        while (open.TryPop(out var owner))
        {
            foreach (var one in Json.Items(owner, "contains"))
            {
                open.Push(one);
                if (Json.Text(one, "system") is not { } system || Json.Text(one, "code") is not { } code)
                    continue;
                if (!codes.TryGetValue(system, out var list))
                    codes[system] = list = new HashSet<string>(StringComparer.Ordinal);
                list.Add(code);
            }
        }

        return [.. codes.Select(one => new ValueSetPart(one.Key, one.Value, Membership.No, []))];
    }

    // Systems whose codes are made by a grammar and stand in no list.
    private static Func<string, bool>? Form(string system) => system switch
    {
        "urn:ietf:bcp:13" => code => code.IndexOf('/', StringComparison.Ordinal) is > 0 and var at && at < code.Length - 1,
        "urn:ietf:bcp:47" => code => code.Length > 0 && code.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-'),
        _ => null,
    };

    // Sets share parts: each is read once, however many ways lead to it.
    private sealed class Reading
    {
        public HashSet<string> Open { get; } = new(StringComparer.Ordinal);

        public Dictionary<StoredDefinition, ValueSetContent> Done { get; } = [];
    }

    private static CodeSystemContent? ReadSystem(StoredDefinition stored)
    {
        try
        {
            using var json = JsonDocument.Parse(stored.Json());
            return Json.Text(json.RootElement, "content") is "not-present" or "supplement" ? null : CodeSystemContent.Read(json.RootElement);
        }
        catch (Exception thrown) when (thrown is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
