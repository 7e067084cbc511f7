import { aws } from './aws.ts';
import { entra } from './entra.ts';
import { github } from './github.ts';
import { google } from './google.ts';
import { kubernetes } from './kubernetes.ts';
import { okta } from './okta.ts';
import type { Preset } from './preset.ts';
import { spiffe } from './spiffe.ts';

export const PRESETS: readonly Preset[] = [entra, okta, google, github, kubernetes, spiffe, aws];
