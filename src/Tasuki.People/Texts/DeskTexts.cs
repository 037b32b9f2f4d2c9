namespace Tasuki.People;

/// <summary>The texts of the desk: enrolment, letters, staff. See <see cref="Tasuki.Web.Texts{TTexts}"/>.</summary>
public sealed class DeskTexts;
