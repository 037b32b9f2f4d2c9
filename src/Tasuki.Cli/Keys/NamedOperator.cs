using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.Cli.Keys;

/// <summary>Who changes keys, and why: both stand in the access log.</summary>
internal static class NamedOperator
{
    public static readonly string[] Options = [.. OpenedMunicipality.Options, "operator", "reason"];

    public static Result<Actor> From(CommandLine line) =>
        line["operator"] is { Length: > 0 } name && line["reason"] is { Length: > 0 } reason
            ? Actor.Operator(name, reason) : new Error("usage", "--operator and --reason say who does this and why.");
}
