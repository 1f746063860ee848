# Says what Godot finds in a character: run by test_readers.py with
# godot3-server --path PROJECT --script godot_check.gd
extends SceneTree


func _init():
	var found = {"meshes": [], "bones": 0}
	look(load("res://character.glb").instance(), found)
	print("FOUND " + to_json(found))
	quit()


func look(node, found):
	if node is Skeleton:
		found["bones"] = node.get_bone_count()
	if node is MeshInstance:
		var morphs = []
		for index in node.mesh.get_blend_shape_count():
			morphs.append(node.mesh.get_blend_shape_name(index))
		var pictures = 0
		for surface in node.mesh.get_surface_count():
			var material = node.mesh.surface_get_material(surface)
			if material is SpatialMaterial and material.albedo_texture != null:
				pictures += 1
		found["meshes"].append({
			"name": node.name,
			"morphs": morphs,
			"skinned": node.skin != null,
			"pictures": pictures,
		})
	for child in node.get_children():
		look(child, found)
