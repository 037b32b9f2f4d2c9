using System.Collections.Frozen;

namespace Tasuki.Web;

/// <summary>The drawings of <c>Icon</c>, by name. Drawn for this project on a 24 by 24 grid.</summary>
public static class Icons
{
    private static readonly FrozenDictionary<string, string> Paths = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["home"] = "<path d='M4 11 12 4l8 7v8a1 1 0 0 1-1 1h-5v-6h-4v6H5a1 1 0 0 1-1-1Z'/>",
        ["checkup"] = "<path d='M12 20S4 15 4 9.2A4.2 4.2 0 0 1 12 7a4.2 4.2 0 0 1 8 2.2C20 15 12 20 12 20Z'/><path d='M4.6 12H9l1.5-3 2.5 5 1.4-2h5'/>",
        ["medicine"] = "<rect x='2.6' y='8' width='18.8' height='8' rx='4' transform='rotate(-45 12 12)'/><path d='m9.2 9.2 5.6 5.6'/>",
        ["vaccine"] = "<path d='m15 4 5 5M17.5 6.5 8.6 15.4M11 8l5 5M9.5 16.5 7.5 14.5l-1-1 5.2-5.2 4 4-5.2 5.2ZM8 16l-4 4'/>",
        ["diary"] = "<path d='M3 12h4l2.5-6 4 12 2.5-6h5'/>",
        ["timeline"] = "<path d='M6 4v16'/><circle cx='6' cy='7' r='1.8'/><circle cx='6' cy='16' r='1.8'/><path d='M11 7h9M11 16h9M11 10.5h5M11 19.5h5'/>",
        ["import"] = "<path d='M12 3.5v10m0 0 4-4m-4 4-4-4M4 14v4.5A1.5 1.5 0 0 0 5.5 20h13a1.5 1.5 0 0 0 1.5-1.5V14'/>",
        ["upload"] = "<path d='M12 14V4m0 0 4 4m-4-4L8 8M4 14v4.5A1.5 1.5 0 0 0 5.5 20h13a1.5 1.5 0 0 0 1.5-1.5V14'/>",
        ["export"] = "<path d='M9 6H5.5A1.5 1.5 0 0 0 4 7.5v11A1.5 1.5 0 0 0 5.5 20h13a1.5 1.5 0 0 0 1.5-1.5V14M12 12l8-8m0 0h-6m6 0v6'/>",
        ["settings"] = "<path d='M4 7h9m4 0h3M4 17h3m4 0h9'/><circle cx='15' cy='7' r='2.2'/><circle cx='9' cy='17' r='2.2'/>",
        ["inbox"] = "<rect x='3.5' y='5.5' width='17' height='13' rx='2'/><path d='m4.5 7.5 7.5 6 7.5-6'/>",
        ["eye"] = "<path d='M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z'/><circle cx='12' cy='12' r='2.8'/>",
        ["expense"] = "<rect x='5' y='3.5' width='14' height='17' rx='2'/><path d='m9 8 3 4 3-4M12 12v5M9.5 12.5h5M9.5 15h5'/>",
        ["condition"] = "<rect x='5' y='5' width='14' height='16' rx='2'/><path d='M9 5a1.5 1.5 0 0 1 1.5-1.5h3A1.5 1.5 0 0 1 15 5v1.5H9ZM12 10v6M9 13h6'/>",
        ["family"] = "<circle cx='8' cy='8' r='3'/><circle cx='16.5' cy='9.5' r='2.3'/><path d='M2.5 19.5c0-3.5 2.3-5.5 5.5-5.5s5.5 2 5.5 5.5M15 15c3.7-.6 6.5 1.2 6.5 4.5'/>",
        ["user"] = "<circle cx='12' cy='8' r='3.8'/><path d='M4.5 20c0-4 3-6.5 7.5-6.5s7.5 2.5 7.5 6.5'/>",
        ["clinic"] = "<path d='M4 20V9l8-5 8 5v11M2.5 20h19M12 9v5M9.5 11.5h5M10 20v-3h4v3'/>",
        ["help"] = "<circle cx='12' cy='12' r='9'/><path d='M9.5 9.5a2.5 2.5 0 1 1 3.7 2.2c-.8.45-1.2 1-1.2 1.8M12 16.7v.1'/>",
        ["info"] = "<circle cx='12' cy='12' r='9'/><path d='M12 11v5.5M12 7.6v.1'/>",
        ["success"] = "<circle cx='12' cy='12' r='9'/><path d='m8 12.3 2.8 2.8L16.2 9.5'/>",
        ["check"] = "<path d='m5 12.5 4.5 4.5L19 7.5'/>",
        ["warning"] = "<path d='M12 3.8 21.3 20H2.7ZM12 10v4.5M12 17.2v.1'/>",
        ["error"] = "<path d='M8.3 3h7.4L21 8.3v7.4L15.7 21H8.3L3 15.7V8.3ZM12 7.5v5.5M12 16.3v.1'/>",
        ["arrow-right"] = "<path d='m9 5.5 6.5 6.5L9 18.5'/>",
        ["arrow-left"] = "<path d='M15 5.5 8.5 12l6.5 6.5'/>",
        ["trend-up"] = "<path d='M6 18 18 6m0 0H9.5M18 6v8.5'/>",
        ["trend-down"] = "<path d='m6 6 12 12m0 0V9.5M18 18H9.5'/>",
        ["trend-flat"] = "<path d='M4 12h16m0 0-5-5m5 5-5 5'/>",
        ["plus"] = "<path d='M12 5v14M5 12h14'/>",
        ["close"] = "<path d='m6 6 12 12M18 6 6 18'/>",
        ["file"] = "<path d='M6 3.5h8l4.5 4.5v11A1.5 1.5 0 0 1 17 20.5H6A1.5 1.5 0 0 1 4.5 19V5A1.5 1.5 0 0 1 6 3.5ZM13.5 3.5V8.5h5M8 12.5h7M8 16h5'/>",
        ["lock"] = "<rect x='5' y='10.5' width='14' height='10' rx='2'/><path d='M8 10.5V8a4 4 0 0 1 8 0v2.5M12 14.5v2'/>",
        ["key"] = "<circle cx='8' cy='15.5' r='4'/><path d='m11 12.5 8.5-8.5M16 7.5l2.5 2.5M13.5 10l1.5 1.5'/>",
        ["shield"] = "<path d='M12 3.5 19 6v5.5c0 4.5-3 7.5-7 9-4-1.5-7-4.5-7-9V6Z'/><path d='m9 12 2.2 2.2L15.3 10'/>",
        ["trash"] = "<path d='M4.5 7h15M9 7V4.5h6V7M6.5 7l.8 12.5a1 1 0 0 0 1 1h7.4a1 1 0 0 0 1-1L17.5 7M10 11v6M14 11v6'/>",
        ["print"] = "<path d='M7 9V3.5h10V9M7 17H4.5A1.5 1.5 0 0 1 3 15.5v-5A1.5 1.5 0 0 1 4.5 9h15a1.5 1.5 0 0 1 1.5 1.5v5a1.5 1.5 0 0 1-1.5 1.5H17M7 14h10v6.5H7Z'/>",
        ["logout"] = "<path d='M10 4H6a1.5 1.5 0 0 0-1.5 1.5v13A1.5 1.5 0 0 0 6 20h4M14.5 8l4 4-4 4M18.5 12H9.5'/>",
        ["language"] = "<circle cx='12' cy='12' r='9'/><path d='M3 12h18M12 3c2.7 2.5 4 5.5 4 9s-1.3 6.5-4 9c-2.7-2.5-4-5.5-4-9s1.3-6.5 4-9Z'/>",
        ["search"] = "<circle cx='10.5' cy='10.5' r='6.5'/><path d='m15.5 15.5 5 5'/>",
        ["filter"] = "<path d='M4 6h16M7 12h10M10 18h4'/>",
        ["calendar"] = "<rect x='3.5' y='5.5' width='17' height='15' rx='2'/><path d='M3.5 10.5h17M8 3.5v4M16 3.5v4'/>",
        ["walk"] = "<circle cx='13' cy='4.5' r='1.8'/><path d='m8 21 3-6-1.5-2.5L11 8.5l3 2 1.5 2.5h3M11 8.5 7.5 10 6.5 13.5M11 15l3.5 2 1 4'/>",
        ["weight"] = "<rect x='4' y='4' width='16' height='16' rx='3'/><path d='M8 10a5 5 0 0 1 8 0l-2.5 2h-3ZM12 12l1.2-2.6'/>",
        ["pressure"] = "<path d='M5 4h7v9H5zM12 8h3a3 3 0 0 1 3 3v3'/><circle cx='17.5' cy='17' r='3'/><path d='M8.5 13v4a3 3 0 0 0 3 3h3.2'/>",
        ["bell"] = "<path d='M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15ZM10 20.5h4'/>",
        ["more"] = "<circle cx='5.5' cy='12' r='1.3'/><circle cx='12' cy='12' r='1.3'/><circle cx='18.5' cy='12' r='1.3'/>",
        ["device"] = "<rect x='6.5' y='6.5' width='11' height='11' rx='3'/><path d='m9 6.5.5-3h5l.5 3M9 17.5l.5 3h5l.5-3M12 9.5V12l1.5 1.5'/>",
        ["phone"] = "<rect x='7' y='3' width='10' height='18' rx='2'/><path d='M11 18h2'/>",
        ["passkey"] = "<circle cx='9' cy='8' r='3.5'/><path d='M2.5 19.5c0-4 2.7-6 6.5-6 1 0 2 .2 2.8.5'/><circle cx='17' cy='12.5' r='2.5'/><path d='M17 15v6l1.5-1.5L17 18'/>",
        ["code"] = "<path d='m8 7-5 5 5 5M16 7l5 5-5 5M13.5 5l-3 14'/>",
        ["share"] = "<circle cx='6' cy='12' r='2.5'/><circle cx='17.5' cy='6' r='2.5'/><circle cx='17.5' cy='18' r='2.5'/><path d='m8.2 10.8 7-3.6M8.2 13.2l7 3.6'/>",
        ["note"] = "<path d='M5 4.5h14v10L14 19.5H5ZM14 19.5v-5h5M8.5 9h7M8.5 12.5h4'/>",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static IEnumerable<string> Names => Paths.Keys;

    /// <summary>The drawing, or null for a name that is not in the set.</summary>
    public static string? Find(string name) => Paths.GetValueOrDefault(name);
}
