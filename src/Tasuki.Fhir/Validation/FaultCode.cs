namespace Tasuki.Fhir.Validation;

/// <summary>The stable codes of <see cref="ResourceIssue"/>: what a repair keys on.</summary>
internal static class FaultCode
{
    public const string Missing = "missing";
    public const string List = "list";
    public const string TooMany = "too-many";
    public const string Unknown = "unknown";
    public const string Type = "type";
    public const string LetterCase = "letter-case";
    public const string Choice = "choice";
    public const string Code = "code";
    public const string Kind = "kind";
    public const string Format = "format";
    public const string Narrative = "narrative";
    public const string PlainForObject = "plain-for-object";
    public const string ObjectForPlain = "object-for-plain";
    public const string Empty = "empty";
    public const string Alignment = "alignment";
    public const string Twice = "twice";
    public const string Underscore = "underscore";
    public const string Target = "target";
    public const string Reference = "reference";
    public const string FullUrl = "full-url";
    public const string Resource = "resource";
    public const string Text = "text";
    public const string Depth = "depth";
    public const string Json = "json";
}
