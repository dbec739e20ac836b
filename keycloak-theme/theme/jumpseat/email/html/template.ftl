<#-- The frame of every letter. Keycloak's own has no style, and letters have no style sheets: hence this one template. -->
<#macro emailLayout>
<!doctype html>
<html lang="${locale.language}" dir="${(ltr)?then('ltr','rtl')}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>
body { margin: 0; padding: 24px 12px; background: #f3f5f7; color: #1b1f24; line-height: 1.5; font-family: -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
.letter { max-width: 544px; margin: 0 auto; padding: 24px; background: #ffffff; border: 1px solid #d8dee4; border-radius: 10px; overflow-wrap: anywhere; }
.letter a { color: #0b5cad; }
.footer { color: #57606a; font-size: 14px; }
@media (prefers-color-scheme: dark) {
  body { background: #14181d; color: #eef1f4; }
  .letter { background: #1e242b; border-color: #39424c; }
  .letter a { color: #7db4ff; }
  .footer { color: #a9b4bf; }
}
</style>
</head>
<body>
<div class="letter">
<#nested>
<p class="footer">${msg("jumpseatEmailFooter")}</p>
</div>
</body>
</html>
</#macro>
