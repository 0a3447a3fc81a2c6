/** TLS of the gateway's listeners and commands: certificates and keys in files. */
@NullMarked
package io.fairlead.server.tls;

import org.jspecify.annotations.NullMarked;
