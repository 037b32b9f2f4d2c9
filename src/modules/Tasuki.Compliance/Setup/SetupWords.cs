namespace Tasuki.Compliance.Setup;

/// <summary>Codes of problems as the texts name them.</summary>
internal static class SetupWords
{
    public static readonly string[] Problems =
    [
        "setup.moved", "setup.hidden", "setup.name", "setup.short", "setup.colour", "setup.alt", "setup.contrast", "setup.logo-size", "setup.logo-svg", "setup.logo-kind", "setup.logo-broken",
        "setup.logo-moving", "setup.logo-pixels", "setup.desk", "setup.line", "setup.telephone", "setup.mail", "setup.hours", "setup.age", "mynumber.found", "upload.none", "upload.size", "upload.token",
    ];

    /// <summary>A code that came in an address or from below; what is not known has a sentence too.</summary>
    public static string Problem(string? code) => Problems.Contains(code, StringComparer.Ordinal) ? "problem-" + code : "problem-other";
}
