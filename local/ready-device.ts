import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import type { Mdm } from './mdm.ts';

/** A device of Alice's that is ready to use from outside: its key, and the device management's word for it. */
export interface ReadyDevice {
  readonly device_id: string;
  /** Private JWK, ES256, 0600: signs DPoP proofs and the agent's own token. */
  readonly key_file: string;
  /** A JWT for the header `OAuth-Client-Attestation`, good for a day. */
  readonly attestation_file: string;
}

export async function readyDevice(
  dir: string,
  mdm: Mdm,
  whose: { readonly aud: string; readonly user: { readonly iss: string; readonly sub: string } },
): Promise<ReadyDevice> {
  const device = {
    device_id: 'laptop-1',
    key_file: join(dir, 'device-key.json'),
    attestation_file: join(dir, 'device-attestation.jwt'),
  };
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const attestation = await mdm.attest({
    ...whose,
    jwk: await exportJWK(publicKey),
    device_id: device.device_id,
  });
  await writeFile(device.key_file, JSON.stringify({ ...(await exportJWK(privateKey)), alg: 'ES256' }), {
    mode: 0o600,
  });
  await writeFile(device.attestation_file, attestation, { mode: 0o600 });
  return device;
}
