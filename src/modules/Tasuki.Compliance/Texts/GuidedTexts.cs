namespace Tasuki.Compliance;

/// <summary>Texts of the guided documents.</summary>
public sealed class GuidedTexts;
