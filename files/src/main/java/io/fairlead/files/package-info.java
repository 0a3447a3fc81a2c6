/**
 * Folders of YAML files that somebody else writes: what is in them at one moment, and when to look
 * again. For all that is read from files while it may change: services, Istio configuration.
 */
@NullMarked
package io.fairlead.files;

import org.jspecify.annotations.NullMarked;
