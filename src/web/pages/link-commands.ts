import { incidentName } from '../../domain/investigate/evidence.ts'
import { loginPath } from '../return-path.ts'
import { html, type Html } from '../html.ts'
import { escalateButton } from './incident-commands.ts'
import { form } from './command-form.ts'
import type { IncidentPage } from './incident.ts'

/** What somebody may do who came by the link of a page, as whom, and the way to the rest. */
export function linkCommands(page: IncidentPage): Html {
  const { incident, person, mayCommand } = page
  const name = incidentName(incident.number)
  const logIn = html`<a href="${loginPath(`/incidents/${name}`)}">Log in</a>`
  const isOpen = mayCommand && incident.state !== 'resolved'
  return html`<section class="commands" id="commands" data-part aria-label="Commands">
${isOpen && incident.acknowledgedBy === null ? form(page, 'acknowledge', html`<button class="primary">Acknowledge</button>`) : null}
${isOpen ? escalateButton(page) : null}
<p class="quiet">You are ${person} here, by the link of a page. It opens ${name} and nothing else. ${logIn} for the rest.</p>
</section>`
}
