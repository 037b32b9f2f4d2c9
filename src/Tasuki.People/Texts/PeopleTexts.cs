namespace Tasuki.People;

/// <summary>The texts of this floor; see <see cref="Tasuki.Web.Texts{TTexts}"/>.</summary>
public sealed class PeopleTexts;
