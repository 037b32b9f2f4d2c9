namespace Tasuki.People;

/// <summary>The texts of channels: the resident's page, the desk's pages, the notice on a device. See <see cref="Tasuki.Web.Texts{TTexts}"/>.</summary>
public sealed class ChannelTexts;
