using Tasuki.Kernel;
using Tasuki.Web;

namespace Tasuki.Compliance.Regime;

/// <summary>Day and minute in Tokyo as people read them.</summary>
internal static class Moment
{
    public static string Of(Language language, DateTimeOffset at) => $"{language.Day(TokyoDay.Of(at))} {at.ToOffset(TokyoDay.Offset).ToString("H:mm", language.Culture)}";
}
