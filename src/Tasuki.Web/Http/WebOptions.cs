namespace Tasuki.Web;

/// <summary>Settings of the web floor that the composition decides.</summary>
public sealed class WebOptions
{
    /// <summary>
    /// Cookies carry the <c>__Host-</c> prefix and are sent over TLS only. Null: yes in the Production environment. Without it plain http works, as on a
    /// developer's own machine.
    /// </summary>
    public bool? SecureCookies { get; set; }
}
