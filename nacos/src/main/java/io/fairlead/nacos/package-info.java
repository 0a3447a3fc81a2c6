/**
 * The HTTP API of a Nacos cluster: addresses, login, TLS, and answers of which a failed one is
 * never taken for an empty one. What is read is said by the module of a registry or of a config
 * source.
 */
@NullMarked
package io.fairlead.nacos;

import org.jspecify.annotations.NullMarked;
