using Tasuki.Kernel;

namespace Tasuki.Fhir.Searching;

/// <summary>How a value compares with the one asked for (R4, search, prefixes).</summary>
public enum SearchPrefix : byte
{
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    StartsAfter,
    EndsBefore,
    Approximately,
}

public enum StringMatch : byte
{
    /// <summary>The value begins with the text; width, case, kana and accents do not count.</summary>
    Begins,

    /// <summary>The same, anywhere in the value.</summary>
    Contains,

    /// <summary>Letter for letter.</summary>
    Exact,
}

/// <summary>
/// What a value of a parameter must be. Several values asked for at once (a comma in a URL) are an Or of tests; <c>:not</c> and <c>:missing</c> are said of the
/// record, not of the value.
/// </summary>
public abstract record SearchTest
{
    internal abstract Result<ValueTest> Compile(SearchParameter parameter);

    private protected static Error WrongKind(SearchParameter parameter) =>
        new("query.value", $"The search parameter '{parameter.Name}' of {parameter.Type} is of kind {parameter.Kind}; the value asked for is of another.");
}

/// <param name="System">Null: any system, or none.</param>
/// <param name="Code">Null: any code of the system.</param>
/// <param name="WithoutSystem">The value must name no system (<c>|code</c> in a URL).</param>
public sealed record TokenTest(string? System, string? Code, bool WithoutSystem = false) : SearchTest
{
    internal override Result<ValueTest> Compile(SearchParameter parameter) =>
        parameter.Kind is not SearchKind.Token ? WrongKind(parameter)
        : System is null && Code is null ? new Error("query.value", $"The search parameter '{parameter.Name}' needs a code or a system.")
        : new TokenValueTest(this);

    /// <summary>For readers of tokens that belong to no parameter (<see cref="WholeResource"/>).</summary>
    public static ValueTest ValueTest(Coding coding) => new TokenValueTest(new TokenTest(coding.System, coding.Code));
}

/// <param name="Date">The span the written date covers (<see cref="FhirDate.Parse"/>). Compared in milliseconds, spans rounded outwards.</param>
public sealed record DateTest(SearchPrefix Prefix, FhirDate Date) : SearchTest
{
    /// <summary>The same over a span in milliseconds since 1970, the end excluded.</summary>
    public bool Holds(long from, long to)
    {
        var (start, end) = Millis(Date);
        return Prefix switch
        {
            SearchPrefix.Equal => start <= from && to <= end,
            SearchPrefix.NotEqual => !(start <= from && to <= end),
            SearchPrefix.Greater => to > end,
            SearchPrefix.Less => from < start,
            SearchPrefix.GreaterOrEqual => to > end || (start <= from && to <= end),
            SearchPrefix.LessOrEqual => from < start || (start <= from && to <= end),
            SearchPrefix.StartsAfter => from >= end,
            SearchPrefix.EndsBefore => to <= start,
            _ => from < end && to > start,
        };
    }

    /// <summary>Milliseconds since 1970, outwards.</summary>
    public static (long From, long To) Millis(FhirDate date) => (Floor(date.From.UtcTicks - Epoch), -Floor(Epoch - date.To.UtcTicks));

    internal override Result<ValueTest> Compile(SearchParameter parameter) => parameter.Kind is SearchKind.Date ? new DateValueTest(this) : WrongKind(parameter);

    private static long Epoch => DateTimeOffset.UnixEpoch.Ticks;

    private static long Floor(long ticks)
    {
        var (whole, rest) = Math.DivRem(ticks, TimeSpan.TicksPerMillisecond);
        return rest < 0 ? whole - 1 : whole;
    }
}

/// <param name="Target"><c>Type/id</c>, an absolute URL, or an id alone, which fits a reference to any type. Compared as written, but for the version of a canonical.</param>
public sealed record ReferenceTest(string Target) : SearchTest
{
    internal override Result<ValueTest> Compile(SearchParameter parameter) => parameter.Kind is SearchKind.Reference ? new ReferenceValueTest(this) : WrongKind(parameter);
}

/// <summary>A canonical that names a resource, and not another version of it.</summary>
/// <param name="Names">As <see cref="CanonicalAddress.Of"/> gives them.</param>
public sealed record CanonicalTest(IReadOnlyList<string> Names) : SearchTest
{
    internal override Result<ValueTest> Compile(SearchParameter parameter) => parameter.Kind is SearchKind.Reference ? new CanonicalValueTest(this) : WrongKind(parameter);
}

public sealed record StringTest(StringMatch Match, string Text) : SearchTest
{
    internal override Result<ValueTest> Compile(SearchParameter parameter) =>
        parameter.Kind is not SearchKind.String ? WrongKind(parameter)
        : Text.Length == 0 ? new Error("query.value", $"The search parameter '{parameter.Name}' needs a text.")
        : parameter.IsName && Match is not StringMatch.Exact ? new NameValueTest(this) : new StringValueTest(this);
}

/// <summary>With <see cref="SearchPrefix.Equal"/> the digits written count: 5.4 is what rounds to it, 5.40 less (R4, search, number).</summary>
/// <param name="Half">Half of the last digit written; null to take it from the decimal, which carries its digits but no exponent (1e2 is 95 to 105).</param>
public sealed record NumberTest(SearchPrefix Prefix, decimal Value, decimal? Half = null) : SearchTest
{
    internal override Result<ValueTest> Compile(SearchParameter parameter) => parameter.Kind is SearchKind.Number ? new NumberValueTest(this) : WrongKind(parameter);

    /// <summary>Whether a value that lies between low and high, both included, passes. Null is open.</summary>
    public bool Holds(decimal? low, decimal? high)
    {
        // A decimal carries the digits it was written with: 5.40 has two behind the point.
        var half = Half ?? new decimal(5, 0, 0, isNegative: false, (byte)Math.Min(Value.Scale + 1, 28));
        return Prefix switch
        {
            SearchPrefix.Equal => Within(half),
            SearchPrefix.NotEqual => !Within(half),
            SearchPrefix.Greater => high is null || high > Value,
            SearchPrefix.Less => low is null || low < Value,
            SearchPrefix.GreaterOrEqual => high is null || high >= Value,
            SearchPrefix.LessOrEqual => low is null || low <= Value,
            SearchPrefix.StartsAfter => low > Value,
            SearchPrefix.EndsBefore => high < Value,
            _ => Near(Math.Max(half, Math.Abs(Value) / 10)),
        };

        bool Within(decimal by) => low >= Add(Value, -by) && high < Add(Value, by);

        bool Near(decimal by) => (high is null || high >= Add(Value, -by)) && (low is null || low <= Add(Value, by));
    }

    private static decimal Add(decimal value, decimal by) =>
        by > 0 && value > decimal.MaxValue - by ? decimal.MaxValue : by < 0 && value < decimal.MinValue - by ? decimal.MinValue : value + by;
}

/// <param name="System">Of the unit; null for any.</param>
/// <param name="Code">The unit's code, or without a system the unit as written; null for any. With the system of UCUM it is converted.</param>
/// <param name="Half">As of <see cref="NumberTest"/>.</param>
public sealed record QuantityTest(SearchPrefix Prefix, decimal Value, string? System = null, string? Code = null, decimal? Half = null) : SearchTest
{
    internal override Result<ValueTest> Compile(SearchParameter parameter) => parameter.Kind is SearchKind.Quantity ? new QuantityValueTest(this) : WrongKind(parameter);
}

/// <param name="Below">Also what begins with it (<c>:below</c>). Without it a canonical's version does not count when none is asked for.</param>
/// <param name="Above">Also what it begins with (<c>:above</c>).</param>
public sealed record UriTest(string Uri, bool Below = false, bool Above = false) : SearchTest
{
    internal override Result<ValueTest> Compile(SearchParameter parameter) => parameter.Kind is SearchKind.Uri ? new UriValueTest(this) : WrongKind(parameter);
}

/// <summary>One test for each part of a composite; all must pass on the same element.</summary>
public sealed record CompositeTest(IReadOnlyList<SearchTest> Parts) : SearchTest
{
    internal override Result<ValueTest> Compile(SearchParameter parameter)
    {
        if (parameter.Kind is not SearchKind.Composite)
            return WrongKind(parameter);
        if (Parts.Count != parameter.Components.Count)
            return new Error("query.value", $"The search parameter '{parameter.Name}' of {parameter.Type} has {parameter.Components.Count} parts; {Parts.Count} were given.");
        var compiled = new List<(SearchParameter, ValueTest)>();
        for (var i = 0; i < Parts.Count; i++)
        {
            var part = parameter.Components[i].Compile(Parts[i]);
            if (!part.IsOk)
                return part.Error;
            compiled.Add((parameter.Components[i], part.Value));
        }

        return new CompositeValueTest([.. compiled]);
    }
}
