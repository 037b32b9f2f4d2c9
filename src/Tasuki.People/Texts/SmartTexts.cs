namespace Tasuki.People;

/// <summary>The texts of apps: consent, the resident's list, the register. See <see cref="Tasuki.Web.Texts{TTexts}"/>.</summary>
public sealed class SmartTexts;
