namespace Tasuki.People;

/// <summary>The texts of the register of organisations. See <see cref="Tasuki.Web.Texts{TTexts}"/>.</summary>
public sealed class OrganisationTexts;
