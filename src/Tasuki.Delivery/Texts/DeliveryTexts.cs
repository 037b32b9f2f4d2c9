namespace Tasuki.Delivery;

/// <summary>The texts that leave the house, and the inbox's word about a failing channel. See <see cref="Tasuki.Web.Texts{TTexts}"/>.</summary>
public sealed class DeliveryTexts;
