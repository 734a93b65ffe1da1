// Package ext stands in for a module of Traefik's own repository that its release replaces by a folder and that no proxy
// serves: what other products of its makers add to a router. Traefik embeds both types and sets nothing in them.
package ext

// HTTP adds nothing to the HTTP part of a configuration.
type HTTP struct{}

// Router adds nothing to a router.
type Router struct{}
