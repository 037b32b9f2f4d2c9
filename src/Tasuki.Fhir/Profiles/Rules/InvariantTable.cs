using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Hl7.Fhir.FhirPath;
using Hl7.FhirPath;
using Hl7.FhirPath.Expressions;

namespace Tasuki.Fhir.Profiles.Rules;

/// <summary>The invariants of all profiles, compiled once. May be used from many threads.</summary>
internal sealed class InvariantTable
{
    private const int LongestExpression = 20_000;
    private const int DeepestNesting = 100;
    private static readonly TimeSpan LongestMatch = TimeSpan.FromMilliseconds(200);
    private static readonly FhirPathCompiler Compiler = new(Symbols());
    private readonly ConcurrentDictionary<string, CompiledExpression?> _compiled = new(StringComparer.Ordinal);

    /// <summary>Null when the expression cannot be compiled.</summary>
    public CompiledExpression? Compile(string expression) => _compiled.GetOrAdd(expression, Make);

    private static CompiledExpression? Make(string expression)
    {
        if (expression.Length > LongestExpression || Nesting(expression) > DeepestNesting)
            return null;
        try
        {
            return Compiler.Compile(expression);
        }
        catch (Exception thrown) when (thrown is not OutOfMemoryException)
        {
            return null;
        }
    }

    // The compiler calls itself for each bracket; an expression of nothing but brackets would take the whole process with it.
    private static int Nesting(string expression)
    {
        var (depth, deepest) = (0, 0);
        foreach (var letter in expression)
        {
            depth += letter is '(' or '[' ? 1 : letter is ')' or ']' ? -1 : 0;
            deepest = Math.Max(deepest, depth);
        }

        return deepest;
    }

    private static SymbolTable Symbols()
    {
        // A pattern of a package meets a text of anybody: it is given up after a while. The first entry of a name is the one that counts.
        var symbols = new SymbolTable(Basics());
        symbols.Add("matches", (string text, string pattern) => Regex.IsMatch(text, pattern, RegexOptions.None, LongestMatch), true);
        return symbols;
    }

    private static SymbolTable Basics()
    {
        var symbols = new SymbolTable();
        symbols.AddStandardFP();
        symbols.AddFhirExtensions();
        return symbols;
    }
}
