import { html, type Html } from '../html.ts'

/** A page of the console. Works without script; reads well from 360 px on. */
export function layout(title: string, body: Html, person?: string): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<title>${title} · Firewatch</title>
<link rel="stylesheet" href="/assets/console.css">
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header><a class="brand" href="/incidents">Firewatch</a>${person === undefined ? null : html`<span>${person}</span>`}</header>
<main id="main">${body}</main>
</body>
</html>`
}
