using System.Collections.Immutable;
using Tasuki.Kernel;

namespace Tasuki.People;

/// <summary>Whose records a scope speaks of: the launched patient's, all the person may see, or all that was granted to a backend.</summary>
public enum ScopeContext
{
    Patient,
    User,
    System,
}

[Flags]
public enum ScopeActions
{
    None = 0,
    Create = 1,
    Read = 2,
    Update = 4,
    Delete = 8,
    Search = 16,
    Reading = Read | Search,
    Writing = Create | Update | Delete,
}

/// <summary>A search condition a scope is narrowed by, such as <c>category=system|code</c>: only records it finds are within the scope. Between several values stands a comma, and any of them will do.</summary>
public readonly record struct ScopeCondition(string Parameter, string Value)
{
    /// <summary>True when everything <paramref name="other"/> finds is found by this one as well, as far as the written values say.</summary>
    public bool Covers(ScopeCondition other) => string.Equals(Parameter, other.Parameter, StringComparison.Ordinal) && other.Value.Split(',').All(Value.Split(',').Contains);
}

/// <summary>
/// One resource scope of SMART App Launch 2.2 (<c>patient/Observation.rs?category=laboratory</c>). The grammar is read to the letter: contexts, known types, the
/// actions in the order c r u d s, and as condition the parameter <c>category</c> where the type has it, with codes as a search writes them (<c>code</c>, <c>system|code</c>, <c>|code</c>,
/// <c>system|</c>, a comma for "or"). Scopes of version 1 (<c>.read</c>, <c>.write</c>, <c>.*</c>)
/// are translated. Everything else is an error whose sentence names the rule and never the value.
/// </summary>
/// <param name="Type">Null for <c>*</c>.</param>
public sealed record SmartScope(ScopeContext Context, string? Type, ScopeActions Actions, ImmutableArray<ScopeCondition> Conditions)
{
    private const string Letters = "cruds";

    private static readonly Error Grammar = new("scope.grammar", "A resource scope reads patient|user|system / TYPE|* . cruds, at least one letter and in that order.");
    private static readonly Error UnknownType = new("scope.type", "The resource type of the scope is not one this server holds.");
    private static readonly Error UnknownCondition = new("scope.condition", "A scope is narrowed by the parameter 'category' only, and only for types that have it; its values are codes: code, system|code, |code or system|, with commas between them.");

    /// <summary>Errors <c>scope.grammar</c>, <c>scope.type</c>, <c>scope.condition</c>.</summary>
    public static Result<SmartScope> Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        ScopeContext? context = slash < 0 ? null : text[..slash] switch { "patient" => ScopeContext.Patient, "user" => ScopeContext.User, "system" => ScopeContext.System, _ => null };
        if (context is null)
            return Grammar;
        var rest = text[(slash + 1)..];
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var (head, query) = question < 0 ? (rest, null) : (rest[..question], rest[(question + 1)..]);
        if (head.Split('.') is not [var type, var letters])
            return Grammar;
        if (type is not "*" && !SmartTypes.IsKnown(type))
            return UnknownType;
        var actions = letters switch
        {
            "read" or "write" or "*" when query is not null => ScopeActions.None, // Version 1 knows no conditions.
            "read" => ScopeActions.Reading,
            "write" => ScopeActions.Writing,
            "*" => ScopeActions.Reading | ScopeActions.Writing,
            _ => ActionsOf(letters),
        };
        if (actions is ScopeActions.None)
            return Grammar;
        var conditions = query is null ? Result.Of(ImmutableArray<ScopeCondition>.Empty) : ConditionsOf(type, query);
        return conditions.Map(found => new SmartScope(context.Value, type is "*" ? null : type, actions, found));
    }

    /// <summary>True when everything <paramref name="other"/> asks for is within this scope.</summary>
    public bool Covers(SmartScope other) =>
        Context == other.Context && (Type is null || string.Equals(Type, other.Type, StringComparison.Ordinal)) && (Actions & other.Actions) == other.Actions
        && Conditions.All(wide => other.Conditions.Any(narrow => wide.Covers(narrow)));

    /// <summary>
    /// What works of it: a scope with a condition reads and searches, since what it would write cannot be held against the condition before it is written.
    /// </summary>
    public SmartScope Working() => Conditions.IsEmpty ? this : this with { Actions = Actions & ScopeActions.Reading };

    public bool Equals(SmartScope? other) => other is not null && string.Equals(ToString(), other.ToString(), StringComparison.Ordinal);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>As version 2 writes it.</summary>
    public override string ToString()
    {
        var letters = string.Concat(Letters.Where((_, i) => ((int)Actions >> i & 1) != 0));
        var query = string.Join('&', Conditions.Select(c => $"{c.Parameter}={c.Value}"));
        return $"{Context.ToString().ToLowerInvariant()}/{Type ?? "*"}.{letters}{(query.Length > 0 ? "?" + query : "")}";
    }

    private static ScopeActions ActionsOf(string letters)
    {
        var (actions, last) = (ScopeActions.None, -1);
        foreach (var letter in letters)
        {
            var at = Letters.IndexOf(letter, StringComparison.Ordinal);
            if (at <= last)
                return ScopeActions.None;
            actions |= (ScopeActions)(1 << at);
            last = at;
        }

        return actions;
    }

    private static Result<ImmutableArray<ScopeCondition>> ConditionsOf(string type, string query)
    {
        var found = ImmutableArray.CreateBuilder<ScopeCondition>();
        foreach (var part in query.Split('&'))
        {
            if (part.Split('=') is not ["category", { Length: > 0 } value] || !SmartTypes.HasCategory(type) || !value.Split(',').All(IsToken))
                return UnknownCondition;
            found.Add(new ScopeCondition("category", value));
        }

        return found.ToImmutable();
    }

    private static bool IsToken(string value) => !value.Contains('?', StringComparison.Ordinal) && value.Split('|') is [{ Length: > 0 }] or [{ Length: > 0 }, _] or [_, { Length: > 0 }];
}
