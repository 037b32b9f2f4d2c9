using Tasuki.Compliance.Controls;
using Tasuki.Web;

namespace Tasuki.Compliance.Setup;

/// <summary>The steps in which a service is set up here, in their order. Their names are the subjects of the evidence: never rename.</summary>
public enum SetupStep
{
    Names = 1,
    Colours = 2,
    Logo = 3,
    Desk = 4,
    Ages = 5,
}

/// <summary>The colours as they were chosen, and what is read aloud in place of the logo; empty: it is named after the service.</summary>
public sealed record ChosenColours(string Main, string Accent, string LogoAlt, string LogoAltEnglish)
{
    internal ServiceColours Colours => new(Colour.Parse(Main).Value, Colour.Parse(Accent).Value);
}

/// <param name="Type">The media type; null, with no bytes, where the logo was taken away.</param>
public sealed record ChosenLogo(string? Type, int Width, int Height, byte[] Bytes);

/// <param name="OwnAccount">From how many years on a person may make an account of their own; 0: at any age.</param>
public sealed record ChosenAges(int OwnAccount);

/// <summary>What was set up last in each step; null where nothing was.</summary>
internal sealed record SetupState(Evidence<ServiceNames>? Names, Evidence<ChosenColours>? Colours, Evidence<ChosenLogo>? Logo, Evidence<ContactDesk>? Desk, Evidence<ChosenAges>? Ages)
{
    /// <summary>A logo is wanted of nobody.</summary>
    public bool IsDone(SetupStep step) => step switch
    {
        SetupStep.Names => Names is not null,
        SetupStep.Colours => Colours is not null,
        SetupStep.Logo => true,
        SetupStep.Desk => Desk is not null,
        _ => Ages is not null,
    };

    public bool IsWhole => Enum.GetValues<SetupStep>().All(IsDone);

    public ServiceLook Look => new(
        Names?.Content ?? ServiceLook.Plain.Names, Colours?.Content.Colours ?? ServiceColours.Usual,
        Logo?.Content is { Type: { } type } logo
            ? new ServiceLogo(logo.Bytes, type, logo.Width, logo.Height, ServiceLook.VersionOf(logo.Bytes), Colours?.Content.LogoAlt ?? "", Colours?.Content.LogoAltEnglish ?? "") : null,
        Desk?.Content);
}
