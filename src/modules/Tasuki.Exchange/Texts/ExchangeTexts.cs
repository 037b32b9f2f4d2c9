namespace Tasuki.Exchange;

/// <summary>The texts of this module; see <see cref="Tasuki.Web.Texts{TTexts}"/>.</summary>
public sealed class ExchangeTexts;
